/**
 * W3C trace context: what the client's header says, and what ours says to the upstream.
 *
 * Source: https://www.w3.org/TR/trace-context/, section 3.2.
 */
import type { TraceHeaders } from "@slipstream/contracts/request-events";

/** The span of the client that the request belongs to. */
export interface RemoteParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
}

const SAMPLED = 1;
/** Version, trace, parent and flags; a later version than 00 may have more behind it. Ids of only zeros are invalid. */
const TRACE_PARENT =
  /^(?!ff)(?!00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-[\x21-\x7e]*)?$/;

/** @returns `undefined` without a valid `traceparent`: a trace of our own begins. */
export function readRemoteParent({ traceparent }: TraceHeaders): RemoteParent | undefined {
  if (traceparent === undefined) return undefined;
  const [, traceId, spanId, flags = ""] = TRACE_PARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

/** @param trace The client's; its `tracestate` goes on with the trace. */
export function toTraceHeaders(
  span: { readonly traceId: string; readonly spanId: string; readonly isSampled: boolean },
  trace: TraceHeaders,
): TraceHeaders {
  const traceparent = `00-${span.traceId}-${span.spanId}-${span.isSampled ? "01" : "00"}`;
  const { tracestate } = trace;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
