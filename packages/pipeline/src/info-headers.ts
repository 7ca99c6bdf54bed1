/** What a response tells of how the gateway came by it, in `x-slipstream-*` headers. */
import type { ResponseHeaders } from "@slipstream/contracts/client";
import type { AttemptFacts } from "@slipstream/contracts/request-events";

/** From nothing over what says no name to everything. */
export const INFO_HEADERS = ["none", "timing", "all"] as const;
export type InfoHeaders = (typeof INFO_HEADERS)[number];

/**
 * @param attempt The one that was answered; without one there is nothing to tell.
 * @param elapsedMs Since the request began.
 */
export function toInfoHeaders(
  wanted: InfoHeaders,
  attempt: AttemptFacts | undefined,
  elapsedMs: number,
): ResponseHeaders {
  if (wanted === "none" || attempt === undefined) return {};
  const timing = {
    "x-slipstream-attempts": String(attempt.attempt),
    "x-slipstream-ttft-ms": elapsedMs.toFixed(1),
  };
  if (wanted === "timing") return timing;
  // A model's name may hold anything.
  return { "x-slipstream-deployment": encodeURI(attempt.deploymentId), ...timing };
}
