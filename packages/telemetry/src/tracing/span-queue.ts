/**
 * Between requests and the collector: takes spans without waiting, holds as many as its bound says, and
 * counts every one that did not arrive.
 *
 * The SDK's own queue drops spans without telling, one by one; here a trace is taken whole or not at all.
 */
import type { Tracer } from "@opentelemetry/api";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import type { IdGenerator, SpanExporter } from "@opentelemetry/sdk-trace";
import type { LossRecorder } from "../losses.ts";
import type { QueuePart } from "./sampling.ts";
import type { PlannedSpan } from "./span-plan.ts";

/** Spans on their way to the collector: of some 700 requests, about 3 MB. */
export const WAITING_SPANS_MAX = 2_048;

export class SpanQueue {
  readonly #recordLoss: LossRecorder;
  readonly #waitingMax: number;
  readonly #ids = new GivenIds();
  #tracer: Tracer | undefined;
  #waiting = 0;

  constructor(recordLoss: LossRecorder, waitingMax: number = WAITING_SPANS_MAX) {
    this.#recordLoss = recordLoss;
    this.#waitingMax = waitingMax;
  }

  /** The SDK gives its spans the ids that were made before they were. */
  get idGenerator(): IdGenerator {
    return this.#ids;
  }

  /** Spans that are taken become spans of this tracer; `undefined` when no more are to be taken. */
  set tracer(tracer: Tracer | undefined) {
    this.#tracer = tracer;
  }

  /** @returns whether they were taken; all or none. */
  add(spans: readonly PlannedSpan[], part: QueuePart): boolean {
    const tracer = this.#tracer;
    const room = part === "half" ? this.#waitingMax / 2 : this.#waitingMax;
    if (tracer === undefined || this.#waiting + spans.length > room) {
      for (let span = 0; span < spans.length; span++) this.#recordLoss("span");
      return false;
    }
    this.#waiting += spans.length;
    for (const span of spans) this.#build(tracer, span);
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

  #build(tracer: Tracer, planned: PlannedSpan): void {
    const { traceId, spanId, parentSpanId } = planned;
    this.#ids.traceId = traceId;
    this.#ids.spanId = spanId;
    const parent = {
      traceId,
      spanId: parentSpanId ?? "",
      traceFlags: TraceFlags.SAMPLED,
      isRemote: planned.kind === "server",
    };
    const span = tracer.startSpan(
      planned.name,
      {
        kind: planned.kind === "server" ? SpanKind.SERVER : SpanKind.CLIENT,
        attributes: planned.attributes,
        startTime: toTime(planned.startEpochMs),
      },
      parentSpanId === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent),
    );
    if (!span.isRecording()) {
      // The SDK has been turned off by its own variable of the environment, and nobody will export it.
      this.#waiting -= 1;
      this.#recordLoss("span");
      return;
    }
    // A code and no message: what an error says may hold anything.
    if (planned.isError) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(toTime(planned.endEpochMs));
  }
}

class GivenIds implements IdGenerator {
  traceId = "";
  spanId = "";

  generateTraceId(): string {
    return this.traceId;
  }

  generateSpanId(): string {
    return this.spanId;
  }
}

/** Seconds and nanoseconds: a plain number that is small would be taken for the time since start. */
function toTime(epochMs: number): [seconds: number, nanoseconds: number] {
  const seconds = Math.floor(epochMs / 1_000);
  return [seconds, Math.round((epochMs - seconds * 1_000) * 1_000_000)];
}
