/**
 * Between requests and the collector: takes spans without waiting, holds as many as its bound says, and
 * counts every one that did not arrive.
 *
 * The SDK's own queue drops spans without telling, one by one; here a trace is taken whole or not at all.
 */
import { ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { LossRecorder } from "../losses.ts";
import { toReadableSpan } from "./readable-span.ts";
import type { SpanOrigin } from "./readable-span.ts";
import type { QueuePart } from "./sampling.ts";
import type { PlannedSpan } from "./span-plan.ts";

/** Spans on their way to the collector: of some 700 requests, about 3 MB. */
export const WAITING_SPANS_MAX = 2_048;

export class SpanQueue {
  readonly #origin: SpanOrigin;
  readonly #recordLoss: LossRecorder;
  readonly #waitingMax: number;
  #processor: Pick<SpanProcessor, "onEnd"> | undefined;
  #waiting = 0;

  constructor(
    origin: SpanOrigin,
    recordLoss: LossRecorder,
    waitingMax: number = WAITING_SPANS_MAX,
  ) {
    this.#origin = origin;
    this.#recordLoss = recordLoss;
    this.#waitingMax = waitingMax;
  }

  /** Gets the spans that are taken; `undefined` when no more are to be taken. */
  set processor(processor: Pick<SpanProcessor, "onEnd"> | undefined) {
    this.#processor = processor;
  }

  /** @returns whether they were taken; all or none. */
  add(spans: readonly PlannedSpan[], part: QueuePart): boolean {
    const processor = this.#processor;
    const room = part === "half" ? this.#waitingMax / 2 : this.#waitingMax;
    if (processor === undefined || this.#waiting + spans.length > room) {
      for (let span = 0; span < spans.length; span++) this.#recordLoss("span");
      return false;
    }
    this.#waiting += spans.length;
    for (const span of spans) processor.onEnd(toReadableSpan(span, this.#origin));
    return true;
  }

  /** The same exporter, from which this queue learns what has left it. */
  watch(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, settled) => {
        exporter.export(spans, (result) => {
          this.#waiting -= spans.length;
          if (result.code !== ExportResultCode.SUCCESS) {
            for (let span = 0; span < spans.length; span++) this.#recordLoss("span");
          }
          settled(result);
        });
      },
      shutdown: () => exporter.shutdown(),
    };
  }
}
