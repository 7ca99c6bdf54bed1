/** What becomes of the trace of a request: kept whatever happens, kept because of how it went, or neither. */
export const TRACE_DECISIONS = ["sampled", "kept", "dropped"] as const;

export type TraceDecision = (typeof TRACE_DECISIONS)[number];
