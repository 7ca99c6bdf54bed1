/** A tracer whose clock and collector a test holds. */
import type { ErrorCode } from "@slipstream/contracts/errors";
import type { RequestEvent, RequestReport } from "@slipstream/contracts/request-events";
import type { Loss } from "../src/losses.ts";
import type { TraceDecision } from "../src/trace-decision.ts";
import { RequestTracer } from "../src/tracing/request-tracer.ts";
import type { QueuePart } from "../src/tracing/sampling.ts";
import type { Places, PlannedSpan } from "../src/tracing/span-plan.ts";
import { ATTEMPT, REPORT, START } from "./plain-events.ts";

const PLACES: Places = {
  endpoints: new Map([["chat_completions", { method: "POST", path: "/v1/chat/completions" }]]),
  upstreams: new Map([["fleet-a", { address: "10.0.0.5", port: 8000, basePath: "/api" }]]),
};
export const START_EPOCH_MS = 1_700_000_000_000;

export interface TracerBench {
  readonly tracer: RequestTracer;
  readonly traces: (readonly PlannedSpan[])[];
  /** Of the queue, which its traces were to have. */
  readonly parts: QueuePart[];
  readonly decisions: TraceDecision[];
  readonly losses: Loss[];
  isFull: boolean;
  nowMs: number;
}

export function createTracer(sampleRatio: number, openTracesMax?: number): TracerBench {
  const traces: (readonly PlannedSpan[])[] = [];
  const parts: QueuePart[] = [];
  const decisions: TraceDecision[] = [];
  const losses: Loss[] = [];
  const ports = {
    clock: { nowMs: () => bench.nowMs },
    nowEpochMs: () => START_EPOCH_MS + bench.nowMs,
    exportSpans: (spans: readonly PlannedSpan[], part: QueuePart) => {
      parts.push(part);
      if (!bench.isFull) traces.push(spans);
      return !bench.isFull;
    },
    recordDecision: (decision: TraceDecision) => decisions.push(decision),
    recordLoss: (loss: Loss) => losses.push(loss),
    places: PLACES,
  };
  const tracer = new RequestTracer({ sampleRatio, slowFirstTokenMs: 1_000 }, ports, openTracesMax);
  const bench: TracerBench = { tracer, traces, parts, decisions, losses, isFull: false, nowMs: 0 };
  return bench;
}

interface Told {
  readonly trace?: Readonly<Record<string, string>>;
  /** Of attempts before the last one. */
  readonly failures?: readonly ErrorCode[];
  readonly report?: Partial<RequestReport>;
  readonly requestNumber?: number;
}

/** Tells of one request: 2 ms until the first attempt, 10 for each one. */
export function tell(bench: TracerBench, told: Told = {}): RequestReport {
  const { trace = {}, failures = [], requestNumber = 1 } = told;
  const observe = (event: RequestEvent): void => bench.tracer.observe(event);
  observe({ ...START, requestNumber, trace });
  bench.nowMs += 2;
  for (const [index, code] of [...failures, undefined].entries()) {
    const facts = { ...ATTEMPT, requestNumber, attempt: index + 1 };
    const before = failures[index - 1];
    const retryOf = before === undefined ? undefined : { code: before, durationMs: 10 };
    observe({ type: "attempt_start", retryOf, ...facts });
    bench.nowMs += 10;
    const timing = { sentMs: 1, headMs: 5, firstContentMs: undefined };
    const result = code === undefined ? ANSWERED : ({ type: "failed", code } as const);
    // As if a failure were a connection that was lost twice.
    const resends = code === undefined ? 0 : 1;
    observe({ type: "attempt_end", durationMs: 10, timing, resends, result, ...facts });
  }
  const report = { ...REPORT, requestNumber, durationMs: bench.nowMs, ...told.report };
  observe({ type: "request_end", report });
  return report;
}

const ANSWERED = { type: "answered" } as const;
