/**
 * One observer made of several. A subscriber that throws is counted and otherwise as if it were
 * not there: neither the request nor the other subscribers notice.
 */
import type {
  AttemptFacts,
  GapRecorder,
  RequestEvent,
  RequestObserver,
} from "@slipstream/contracts/request-events";
import type { LossRecorder } from "./losses.ts";

/** A `RequestObserver`, or one that does not care for gaps. */
export interface RequestSubscriber {
  observe(event: RequestEvent): void;
  gapRecorder?(attempt: AttemptFacts): GapRecorder;
}

export class FanOutObserver implements RequestObserver {
  readonly #subscribers: readonly RequestSubscriber[];
  readonly #recordLoss: LossRecorder;

  /** @param subscribers Called in this order. */
  constructor(subscribers: readonly RequestSubscriber[], recordLoss: LossRecorder) {
    this.#subscribers = subscribers;
    this.#recordLoss = recordLoss;
  }

  observe(event: RequestEvent): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber.observe(event);
      } catch {
        this.#recordLoss("subscriber_error");
      }
    }
  }

  gapRecorder(attempt: AttemptFacts): GapRecorder {
    const recorders: GapRecorder[] = [];
    for (const subscriber of this.#subscribers) {
      try {
        const recorder = subscriber.gapRecorder?.(attempt);
        if (recorder !== undefined) recorders.push(recorder);
      } catch {
        this.#recordLoss("subscriber_error");
      }
    }
    return new FanOutGapRecorder(recorders, this.#recordLoss);
  }
}

/** Hot. */
class FanOutGapRecorder implements GapRecorder {
  readonly #recorders: readonly GapRecorder[];
  readonly #recordLoss: LossRecorder;

  constructor(recorders: readonly GapRecorder[], recordLoss: LossRecorder) {
    this.#recorders = recorders;
    this.#recordLoss = recordLoss;
  }

  recordGap(gapMs: number): void {
    for (const recorder of this.#recorders) {
      try {
        recorder.recordGap(gapMs);
      } catch {
        this.#recordLoss("subscriber_error");
      }
    }
  }
}
