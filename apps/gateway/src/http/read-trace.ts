/**
 * W3C trace context of a request, to be continued upstream.
 *
 * Source: https://www.w3.org/TR/trace-context/, sections 3.2 and 3.3.
 */
import type { IncomingHttpHeaders } from "node:http";
import { readRemoteParent } from "@slipstream/telemetry/tracing/trace-context";

/** The least that section 3.3 wants to be passed on, characters. */
const TRACE_STATE_MAX = 512;
const TRACE_STATE = /^[\x20-\x7e]+$/;

/** @returns `traceparent`, with `tracestate` if there is a valid one; nothing when it is not valid. */
export function readTrace(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== "string" || !readRemoteParent({ traceparent })) return {};
  const isStateValid =
    typeof tracestate === "string" &&
    tracestate.length <= TRACE_STATE_MAX &&
    TRACE_STATE.test(tracestate);
  return isStateValid ? { traceparent, tracestate } : { traceparent };
}
