/**
 * A span in the form in which the SDK of OpenTelemetry takes spans that have ended.
 *
 * Not made by its tracer: that builds a span to be changed while it lasts, with a context to live in, and
 * checks each attribute twice, which costs three times as much as all of this. Ours are known to the end.
 */
import { SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { SpanAttributes } from "./span-attributes.ts";
import type { PlannedSpan } from "./span-plan.ts";

const NANOSECONDS_PER_MS = 1_000_000;
const MS_PER_SECOND = 1_000;

/** Who says it, the same for all spans of a process. */
export type SpanOrigin = Pick<ReadableSpan, "resource" | "instrumentationScope">;

export function toReadableSpan(planned: PlannedSpan, origin: SpanOrigin): ReadableSpan {
  const { traceId, spanId, parentSpanId, startEpochMs, endEpochMs } = planned;
  const isServer = planned.kind === "server";
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  const span: ReadableSpan & { parentSpanContext?: SpanContext } = {
    name: planned.name,
    kind: isServer ? SpanKind.SERVER : SpanKind.CLIENT,
    spanContext: () => context,
    startTime: toTime(startEpochMs),
    endTime: toTime(endEpochMs),
    duration: toTime(endEpochMs - startEpochMs),
    // A code and no message: what an error says may hold anything.
    status: { code: planned.isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: toAttributes(planned.attributes),
    links: [],
    events: [],
    ended: true,
    resource: origin.resource,
    instrumentationScope: origin.instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  if (parentSpanId !== undefined) {
    // Only what the outermost span hangs under is in another process.
    span.parentSpanContext = { ...context, spanId: parentSpanId, isRemote: isServer };
  }
  return span;
}

function toAttributes(planned: SpanAttributes): Attributes {
  const attributes: Attributes = {};
  for (const name in planned) {
    const value = planned[name];
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function toTime(ms: number): HrTime {
  const seconds = Math.floor(ms / MS_PER_SECOND);
  return [seconds, Math.round((ms - seconds * MS_PER_SECOND) * NANOSECONDS_PER_MS)];
}
