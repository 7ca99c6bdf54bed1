/**
 * The spans of a request that has ended. Pure.
 *
 *     SERVER  POST /v1/chat/completions       the request, from its first byte to its last
 *     CLIENT  └─ chat llama-3.3-70b           what was asked of a model, over all attempts
 *     CLIENT     ├─ POST /v1/chat/completions   one exchange with one deployment
 *     CLIENT     └─ POST /openai/chat/completions the next one, elsewhere
 */
import type { EndpointName } from "@slipstream/contracts/endpoint";
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import type { RequestReport } from "@slipstream/contracts/request-events";
import type { OpenTrace, TracedAttempt } from "./open-trace.ts";
import type { KeepReason } from "./sampling.ts";
import {
  toAttemptAttributes,
  toInferenceAttributes,
  toServerAttributes,
  UPSTREAM_METHOD,
} from "./span-attributes.ts";
import type { SpanAttributes } from "./span-attributes.ts";

export interface PlannedSpan {
  readonly name: string;
  readonly kind: "server" | "client";
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startEpochMs: number;
  readonly endEpochMs: number;
  readonly attributes: SpanAttributes;
  readonly isError: boolean;
}

/** What spans say of the configuration and the events do not. */
export interface Places {
  /** Our own paths; an endpoint that is missing has none that is known. */
  readonly endpoints: ReadonlyMap<EndpointName, EndpointPlace>;
  /** By the name of the provider. */
  readonly upstreams: ReadonlyMap<string, UpstreamPlace>;
}

export interface EndpointPlace {
  readonly method: string;
  /** E.g. `/v1/chat/completions`. */
  readonly path: string;
}

export interface UpstreamPlace {
  readonly address: string;
  readonly port: number;
  /** Where its API begins, e.g. `/v1`. */
  readonly basePath: string;
}

/** What our own paths have in front of those that upstreams are asked for. */
const OWN_BASE_PATH = /^\/v1/;

/** A request that has ended, with everything that its spans are made of. */
export interface EndedTrace {
  readonly trace: OpenTrace;
  readonly report: RequestReport;
  /** Of the SERVER span. */
  readonly spanId: string;
  /** Of the span of the inference. */
  readonly inferenceSpanId: string;
  readonly reason: KeepReason;
}

/** @returns the SERVER span first; it is alone where nothing was asked of a deployment. */
export function planSpans(ended: EndedTrace, places: Places): readonly PlannedSpan[] {
  const { trace, report } = ended;
  const server = planServerSpan(ended, places);
  const [first] = trace.attempts;
  if (first === undefined) return [server];
  const attempts = trace.attempts.map((attempt) => planAttemptSpan(ended, attempt, places));
  const { operation, model } = first.start;
  const inference: PlannedSpan = {
    name: `${operation} ${model}`,
    kind: "client",
    traceId: trace.traceId,
    spanId: ended.inferenceSpanId,
    parentSpanId: ended.spanId,
    startEpochMs: toEpochMs(trace, first.startMs),
    endEpochMs: Math.max(...attempts.map(({ endEpochMs }) => endEpochMs)),
    attributes: toInferenceAttributes(first.start, report),
    isError: report.outcome !== "complete" && report.errorCode !== undefined,
  };
  return [server, inference, ...attempts];
}

function planServerSpan(ended: EndedTrace, { endpoints }: Places): PlannedSpan {
  const { trace, report, spanId, reason } = ended;
  const place = endpoints.get(report.endpoint);
  return {
    name: place === undefined ? "HTTP" : `${place.method} ${place.path}`,
    kind: "server",
    traceId: trace.traceId,
    spanId,
    parentSpanId: trace.parent?.spanId,
    startEpochMs: trace.startEpochMs,
    endEpochMs: trace.startEpochMs + report.durationMs,
    attributes: toServerAttributes(report, place, reason),
    isError: report.errorCode !== undefined && ERROR_SPECS[report.errorCode].blame !== "client",
  };
}

function planAttemptSpan(
  { trace, report, inferenceSpanId }: EndedTrace,
  attempt: TracedAttempt,
  { endpoints, upstreams }: Places,
): PlannedSpan {
  const { start, end } = attempt;
  const startEpochMs = toEpochMs(trace, attempt.startMs);
  const place = upstreams.get(start.provider);
  const path = endpoints.get(report.endpoint)?.path.replace(OWN_BASE_PATH, "") ?? "";
  const template = `${place?.basePath ?? ""}${path}`;
  return {
    name: `${UPSTREAM_METHOD} ${template}`,
    kind: "client",
    traceId: trace.traceId,
    spanId: attempt.spanId,
    parentSpanId: inferenceSpanId,
    startEpochMs,
    endEpochMs:
      end === undefined ? trace.startEpochMs + report.durationMs : startEpochMs + end.durationMs,
    attributes: toAttemptAttributes(attempt, template, place),
    isError: end?.result.type === "failed",
  };
}

function toEpochMs(trace: OpenTrace, monotonicMs: number): number {
  return trace.startEpochMs + monotonicMs - trace.startMs;
}
