/**
 * One observer made of several. A subscriber that throws is counted and otherwise as if it were
 * not there: neither the request nor the other subscribers notice.
 */
import type {
  AttemptFacts,
  RequestEvent,
  RequestObserver,
  StreamRecorder,
  TraceHeaders,
} from "@slipstream/contracts/request-events";
import type { LossRecorder } from "./losses.ts";

/** A `RequestObserver`, or one that cares for less. */
export interface RequestSubscriber {
  observe(event: RequestEvent): void;
  streamRecorder?(attempt: AttemptFacts): StreamRecorder;
  /** One of them at most has a trace of its own. */
  traceHeaders?(attempt: AttemptFacts, trace: TraceHeaders): TraceHeaders;
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

  streamRecorder(attempt: AttemptFacts): StreamRecorder {
    const recorders: StreamRecorder[] = [];
    for (const subscriber of this.#subscribers) {
      try {
        const recorder = subscriber.streamRecorder?.(attempt);
        if (recorder !== undefined) recorders.push(recorder);
      } catch {
        this.#recordLoss("subscriber_error");
      }
    }
    return new FanOutRecorder(recorders, this.#recordLoss);
  }

  traceHeaders(attempt: AttemptFacts, trace: TraceHeaders): TraceHeaders {
    for (const subscriber of this.#subscribers) {
      try {
        const headers = subscriber.traceHeaders?.(attempt, trace);
        if (headers !== undefined) return headers;
      } catch {
        this.#recordLoss("subscriber_error");
      }
    }
    return trace;
  }
}

/** Hot. */
class GuardedRecorder implements StreamRecorder {
  readonly #recorder: StreamRecorder;
  readonly #recordLoss: LossRecorder;

  constructor(recorder: StreamRecorder, recordLoss: LossRecorder) {
    this.#recorder = recorder;
    this.#recordLoss = recordLoss;
  }

  recordGap(gapMs: number, tokens: number): void {
    try {
      this.#recorder.recordGap(gapMs, tokens);
    } catch {
      this.#recordLoss("subscriber_error");
    }
  }

  recordDelay(delayMs: number): void {
    try {
      this.#recorder.recordDelay(delayMs);
    } catch {
      this.#recordLoss("subscriber_error");
    }
  }
}

/** Hot. */
class FanOutRecorder implements StreamRecorder {
  readonly #recorders: readonly GuardedRecorder[];

  constructor(recorders: readonly StreamRecorder[], recordLoss: LossRecorder) {
    this.#recorders = recorders.map((recorder) => new GuardedRecorder(recorder, recordLoss));
  }

  recordGap(gapMs: number, tokens: number): void {
    for (const recorder of this.#recorders) recorder.recordGap(gapMs, tokens);
  }

  recordDelay(delayMs: number): void {
    for (const recorder of this.#recorders) recorder.recordDelay(delayMs);
  }
}
