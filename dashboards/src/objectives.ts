/**
 * What is promised, and what counts as a failure. Boards show it, rules watch it.
 *
 * Bounds are buckets of their histogram and not whole numbers: `le="1"` and `le="1.0"` are two things to
 * Prometheus 2 and one to Prometheus 3.
 */
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import type { CacheResult } from "@slipstream/contracts/cache-events";
import type { Blame } from "@slipstream/contracts/errors";
import type { Outcome } from "@slipstream/contracts/outcome";

/** A promise about one kind of events: this part of them is good. */
export interface Objective {
  readonly part: number;
}

/** A promise about a time: good is what takes at most so long. */
export interface LatencyObjective extends Objective {
  readonly boundSeconds: number;
}

/** Of all streams that were not rejected; one that never has a first token breaks the promise. */
export const FIRST_TOKEN_OBJECTIVE: LatencyObjective = { boundSeconds: 2.5, part: 0.95 };

/** Faster than five chunks a second reads as flowing. */
export const GAP_OBJECTIVE: LatencyObjective = { boundSeconds: 0.2, part: 0.99 };

/** Of all requests that were not the client's own mistake. */
export const AVAILABILITY_OBJECTIVE: Objective = { part: 0.995 };

/** Errors that are not the client's. */
export const OUR_BLAMES: readonly Blame[] = ["gateway", "upstream"];

/** Requests that failed for another reason than the client. */
export const FAILED_OUTCOMES: readonly Outcome[] = [
  "upstream_error",
  "upstream_truncated",
  "first_token_timeout",
  "stall_timeout",
  "total_timeout",
  "gateway_error",
  "shutdown",
];

/** Results of an attempt that speak against the deployment. */
export const FAILED_RESULTS: readonly string[] = Object.entries(ERROR_SPECS)
  .filter(([, { blame }]) => blame === "upstream")
  .map(([code]) => code);

/** Look-ups in a cache that needed nothing else; to know that there is nothing is an answer too. */
export const ANSWERED_RESULTS: readonly CacheResult[] = ["hit", "negative"];

/** Comes on top of one of the others, so it is no look-up of its own. */
export const STALE_RESULT: CacheResult = "stale";
