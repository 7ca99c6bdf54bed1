/** Closes the account of a request: token counts and their price. Pure. */
import type { EndedRequest } from "@slipstream/contracts/request-events";
import type { Pricing, Settlement } from "@slipstream/contracts/settlement";
import { toCostNanoUsd } from "./cost.ts";
import type { MeasuredRequest } from "./estimate-tokens.ts";
import { settleUsage } from "./settle-usage.ts";

/** @returns `undefined` for what nobody answers for: no inference, or no valid key. */
export function settle(
  request: EndedRequest,
  pricing: Pricing | undefined,
): Settlement | undefined {
  if (!isMeasured(request) || request.principal === undefined) return undefined;
  const usage = settleUsage(request);
  return { ...usage, costNanoUsd: toCostNanoUsd(usage, pricing) };
}

function isMeasured(request: EndedRequest): request is MeasuredRequest {
  return request.operation !== undefined;
}
