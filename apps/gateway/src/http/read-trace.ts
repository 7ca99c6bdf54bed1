/**
 * W3C trace context of a request, to be continued upstream.
 *
 * Source: https://www.w3.org/TR/trace-context/, sections 3.2 and 3.3.
 */
import type { IncomingHttpHeaders } from "node:http";
import { readRemoteParent, toTraceHeaders } from "@slipstream/telemetry/tracing/trace-context";

/** The least that section 3.3 wants to be passed on, characters. */
const TRACE_STATE_MAX = 512;
const TRACE_STATE = /^[\x20-\x7e]+$/;

/** The version that section 3.2 defines; its `traceparent` has one length. */
const KNOWN_VERSION = "00-";

/**
 * @returns `traceparent`, with `tracestate` if there is a valid one; nothing when it is not valid. One of a
 *   later version may be of any length: what is known of it goes on, as section 4.3 wants it.
 */
export function readTrace(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== "string") return {};
  const parent = readRemoteParent({ traceparent });
  if (parent === undefined) return {};
  const isStateValid =
    typeof tracestate === "string" &&
    tracestate.length <= TRACE_STATE_MAX &&
    TRACE_STATE.test(tracestate);
  const state = isStateValid ? { tracestate } : {};
  if (traceparent.startsWith(KNOWN_VERSION)) return { traceparent, ...state };
  return toTraceHeaders(parent, state);
}
