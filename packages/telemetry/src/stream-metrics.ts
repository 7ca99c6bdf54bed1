/** What is recorded while a stream runs. */
import type { AttemptFacts, StreamRecorder } from "@slipstream/contracts/request-events";
import * as rows from "./stream-rows.ts";
import type { CounterChild } from "./fast-counter.ts";
import type { HistogramChild } from "./fast-histogram.ts";
import type { Instruments } from "./instruments.ts";
import { toAttemptLabels, toDeploymentLabels } from "./request-labels.ts";
import { STALL_MS } from "./stall.ts";

export class StreamMetrics {
  readonly #gaps;
  readonly #stalls;
  /** One for all: what the gateway adds does not depend on the model. */
  readonly #delays: HistogramChild;

  constructor(instruments: Instruments) {
    this.#gaps = instruments.histogram(rows.CHUNK_GAP);
    this.#stalls = instruments.counter(rows.STREAM_STALLS);
    this.#delays = instruments.histogram(rows.CHUNK_DELAY).child({});
  }

  /** Warm. */
  recorder(attempt: AttemptFacts): StreamRecorder {
    const gaps = this.#gaps.child(toAttemptLabels(attempt));
    const stalls = this.#stalls.child(toDeploymentLabels(attempt));
    return new HistogramRecorder(gaps, stalls, this.#delays);
  }
}

/** Hot: a search and a few additions. */
class HistogramRecorder implements StreamRecorder {
  readonly #gaps: HistogramChild;
  readonly #stalls: CounterChild;
  readonly #delays: HistogramChild;

  constructor(gaps: HistogramChild, stalls: CounterChild, delays: HistogramChild) {
    this.#gaps = gaps;
    this.#stalls = stalls;
    this.#delays = delays;
  }

  recordGap(gapMs: number, tokens: number): void {
    this.#gaps.observe(gapMs / 1_000 / tokens, tokens);
    if (gapMs >= STALL_MS) this.#stalls.add(1);
  }

  recordDelay(delayMs: number): void {
    this.#delays.observe(delayMs / 1_000);
  }
}
