/**
 * How a request ended. Exactly one per request.
 *
 * `rejected` is our own answer before any upstream was asked (bad key, bad body, unknown model,
 * limits); `upstream_error` is every other failure that the upstream caused and that has no name
 * of its own here.
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
  "shutdown",
] as const;

export type Outcome = (typeof OUTCOMES)[number];
