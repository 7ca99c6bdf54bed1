/**
 * How a request ended. Exactly one per request.
 *
 * `rejected` is an error that the client has to act on (key, body, model, limits), also when it was the
 * upstream that found the request invalid. `gateway_error` is a failure of the gateway itself: a bug, a store
 * that does not answer, more load than it takes. `upstream_error` is every failure of the upstream that has no
 * name of its own here.
 */
export const OUTCOMES = [
  "complete",
  "client_abort",
  "client_too_slow",
  "upstream_error",
  "upstream_truncated",
  "first_token_timeout",
  "stall_timeout",
  "total_timeout",
  "rejected",
  "gateway_error",
  "shutdown",
] as const;

export type Outcome = (typeof OUTCOMES)[number];
