/**
 * One observer made of several. A subscriber that throws is counted and told, and otherwise as if it
 * were not there: neither the request nor the other subscribers notice.
 */
import type { Clock } from "@slipstream/contracts/clock";
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

export interface FanOutOptions {
  readonly recordLoss: LossRecorder;
  /** Told the first error of each subscriber in a minute. Must not throw. */
  readonly subscriberFailed: (error: unknown) => void;
  readonly clock: Clock;
}

/** A subscriber that fails may do so with every chunk; one error a minute says where, ms. */
const TOLD_EVERY_MS = 60_000;

export class FanOutObserver implements RequestObserver {
  readonly #subscribers: readonly GuardedSubscriber[];

  /** @param subscribers Called in this order. */
  constructor(subscribers: readonly RequestSubscriber[], options: FanOutOptions) {
    this.#subscribers = subscribers.map((subscriber) => ({
      subscriber,
      failures: new SubscriberFailures(options),
    }));
  }

  observe(event: RequestEvent): void {
    for (const { subscriber, failures } of this.#subscribers) {
      try {
        subscriber.observe(event);
      } catch (error) {
        failures.add(error);
      }
    }
  }

  streamRecorder(attempt: AttemptFacts): StreamRecorder {
    const recorders: GuardedRecorder[] = [];
    for (const { subscriber, failures } of this.#subscribers) {
      try {
        const recorder = subscriber.streamRecorder?.(attempt);
        if (recorder !== undefined) recorders.push(new GuardedRecorder(recorder, failures));
      } catch (error) {
        failures.add(error);
      }
    }
    return new FanOutRecorder(recorders);
  }

  traceHeaders(attempt: AttemptFacts, trace: TraceHeaders): TraceHeaders {
    for (const { subscriber, failures } of this.#subscribers) {
      try {
        const headers = subscriber.traceHeaders?.(attempt, trace);
        if (headers !== undefined) return headers;
      } catch (error) {
        failures.add(error);
      }
    }
    return trace;
  }
}

interface GuardedSubscriber {
  readonly subscriber: RequestSubscriber;
  readonly failures: SubscriberFailures;
}

/** Of one subscriber. */
class SubscriberFailures {
  readonly #options: FanOutOptions;
  #toldMs = -Infinity;

  constructor(options: FanOutOptions) {
    this.#options = options;
  }

  add(error: unknown): void {
    const { recordLoss, subscriberFailed, clock } = this.#options;
    recordLoss("subscriber_error");
    const nowMs = clock.nowMs();
    if (nowMs - this.#toldMs < TOLD_EVERY_MS) return;
    this.#toldMs = nowMs;
    subscriberFailed(error);
  }
}

/** Hot. */
class GuardedRecorder implements StreamRecorder {
  readonly #recorder: StreamRecorder;
  readonly #failures: SubscriberFailures;

  constructor(recorder: StreamRecorder, failures: SubscriberFailures) {
    this.#recorder = recorder;
    this.#failures = failures;
  }

  recordGap(gapMs: number, tokens: number): void {
    try {
      this.#recorder.recordGap(gapMs, tokens);
    } catch (error) {
      this.#failures.add(error);
    }
  }

  recordDelay(delayMs: number): void {
    try {
      this.#recorder.recordDelay(delayMs);
    } catch (error) {
      this.#failures.add(error);
    }
  }
}

/** Hot. */
class FanOutRecorder implements StreamRecorder {
  readonly #recorders: readonly GuardedRecorder[];

  constructor(recorders: readonly GuardedRecorder[]) {
    this.#recorders = recorders;
  }

  recordGap(gapMs: number, tokens: number): void {
    for (const recorder of this.#recorders) recorder.recordGap(gapMs, tokens);
  }

  recordDelay(delayMs: number): void {
    for (const recorder of this.#recorders) recorder.recordDelay(delayMs);
  }
}
