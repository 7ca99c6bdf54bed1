/**
 * Remembers what a trace of each running request would be made of, and makes it when the request has
 * ended, if it is one to keep.
 *
 * Until then there are no spans: a request that is not kept costs one small object per attempt and one
 * for itself, two random ids, a look into a map at each event and one header. That is 0.8 µs for a stream
 * with one attempt, where three empty spans of the SDK take 3 µs before anything is said in them; one
 * that is kept costs 2.5 µs, and its share of a message to the collector (bench/micro/tracing.bench.ts).
 */
import type { Clock } from "@slipstream/contracts/clock";
import type {
  AttemptFacts,
  RequestEvent,
  RequestReport,
  TraceHeaders,
} from "@slipstream/contracts/request-events";
import type { RequestSubscriber } from "../fan-out-observer.ts";
import type { Exemplar } from "../exemplar.ts";
import type { LossRecorder } from "../losses.ts";
import type { TraceDecision } from "../trace-decision.ts";
import { AskedTraces } from "./asked-traces.ts";
import type { AttemptStart, OpenTrace, Sampling } from "./open-trace.ts";
import { findQueuePart, findTailReason, isInSample } from "./sampling.ts";
import type { QueuePart } from "./sampling.ts";
import { planSpans } from "./span-plan.ts";
import type { Places, PlannedSpan } from "./span-plan.ts";
import { readRemoteParent, toTraceHeaders } from "./trace-context.ts";
import type { RemoteParent } from "./trace-context.ts";
import { TraceIds } from "./trace-ids.ts";

/**
 * Requests that run at the same time and are traced: ten times what one process carries, some 10 MB.
 * More go untraced.
 */
export const OPEN_TRACES_MAX = 10_000;

const SAMPLED = "sampled" as const;

export interface TracerSettings {
  /** Of the traces that begin here; 0 to 1. */
  readonly sampleRatio: number;
  /** From here on a first token is late enough to be looked into, ms. */
  readonly slowFirstTokenMs: number;
}

export interface TracerPorts {
  readonly clock: Clock;
  readonly nowEpochMs: () => number;
  /** @returns whether there was room for them; all or none. Must not throw. */
  readonly exportSpans: (spans: readonly PlannedSpan[], part: QueuePart) => boolean;
  /** Told once per request, when it has ended. */
  readonly recordDecision: (decision: TraceDecision) => void;
  readonly recordLoss: LossRecorder;
  readonly places: Places;
}

export class RequestTracer implements RequestSubscriber {
  readonly #settings: TracerSettings;
  readonly #ports: TracerPorts;
  readonly #openTracesMax: number;
  readonly #ids = new TraceIds();
  readonly #asked = new AskedTraces();
  readonly #open = new Map<number, OpenTrace>();
  #kept: { readonly report: RequestReport; readonly exemplar: Exemplar } | undefined;

  constructor(
    settings: TracerSettings,
    ports: TracerPorts,
    openTracesMax: number = OPEN_TRACES_MAX,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#openTracesMax = openTracesMax;
  }

  /** Requests that are being traced. */
  get openTraces(): number {
    return this.#open.size;
  }

  observe(event: RequestEvent): void {
    switch (event.type) {
      case "request_start":
        this.#start(event.requestNumber, event.trace);
        return;
      case "attempt_start":
        this.#startAttempt(event);
        return;
      case "attempt_end": {
        const attempt = this.#open.get(event.requestNumber)?.attempts.at(-1);
        if (attempt !== undefined) attempt.end = event;
        return;
      }
      case "chunk_first":
        return;
      case "request_end":
        this.#end(event.report);
    }
  }

  /** The client's headers go on as they are where the request is not traced. */
  traceHeaders(attempt: AttemptFacts, trace: TraceHeaders): TraceHeaders {
    const open = this.#open.get(attempt.requestNumber);
    const spanId = open?.attempts.at(-1)?.spanId;
    if (open === undefined || spanId === undefined) return trace;
    const { traceId, sampling } = open;
    return toTraceHeaders({ traceId, spanId, isSampled: sampling === "in" }, trace);
  }

  /**
   * For those who hear of the end of a request after this tracer, while they do: the trace to look at,
   * if it is one that was kept.
   */
  exemplarOf(report: RequestReport): Exemplar | undefined {
    return this.#kept?.report === report ? this.#kept.exemplar : undefined;
  }

  #start(requestNumber: number, headers: TraceHeaders): void {
    if (this.#open.size >= this.#openTracesMax) {
      this.#ports.recordLoss("span");
      return;
    }
    const parent = readRemoteParent(headers);
    const traceId = parent?.traceId ?? this.#ids.traceId();
    this.#open.set(requestNumber, {
      traceId,
      parent,
      sampling: this.#beginSampling(traceId, parent),
      startEpochMs: this.#ports.nowEpochMs(),
      startMs: this.#ports.clock.nowMs(),
      attempts: [],
    });
  }

  #beginSampling(traceId: string, parent: RemoteParent | undefined): Sampling {
    if (parent !== undefined) return parent.isSampled ? "asked" : "out";
    return isInSample(traceId, this.#settings.sampleRatio) ? "in" : "out";
  }

  #startAttempt(start: AttemptStart): void {
    const trace = this.#open.get(start.requestNumber);
    if (trace === undefined) return;
    // Nothing is attempted without a valid key.
    this.#settleSampling(trace);
    const startMs = this.#ports.clock.nowMs();
    trace.attempts.push({ spanId: this.#ids.spanId(), startMs, start, end: undefined });
  }

  /** The client has shown a valid key: what it asks for counts. */
  #settleSampling(trace: OpenTrace): void {
    if (trace.sampling !== "asked") return;
    trace.sampling = this.#asked.take(this.#ports.clock.nowMs()) ? "in" : "out";
  }

  #end(report: RequestReport): void {
    this.#kept = undefined;
    const trace = this.#open.get(report.requestNumber);
    this.#open.delete(report.requestNumber);
    this.#ports.recordDecision(trace === undefined ? "dropped" : this.#decide(trace, report));
  }

  #decide(trace: OpenTrace, report: RequestReport): TraceDecision {
    if (report.principal !== undefined) this.#settleSampling(trace);
    const tailReason = findTailReason(report, this.#settings.slowFirstTokenMs);
    const reason = trace.sampling === "in" ? SAMPLED : tailReason;
    if (reason === undefined) return "dropped";
    const spanId = this.#ids.spanId();
    const ended = { trace, report, spanId, inferenceSpanId: this.#ids.spanId(), reason };
    const spans = planSpans(ended, this.#ports.places);
    if (!this.#ports.exportSpans(spans, findQueuePart(tailReason ?? SAMPLED))) return "dropped";
    const { traceId } = trace;
    const exemplar = { traceId, spanId, atEpochMs: trace.startEpochMs + report.durationMs };
    this.#kept = { report, exemplar };
    return reason === SAMPLED ? "sampled" : "kept";
  }
}
