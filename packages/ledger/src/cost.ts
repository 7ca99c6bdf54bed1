/** What tokens cost. Pure. */
import type { Pricing, Settlement } from "@slipstream/contracts/settlement";

type Counts = Pick<Settlement, "inputTokens" | "cachedInputTokens" | "outputTokens">;

/** @returns nano-dollars, rounded up once at the end; `null` without a price or without any count. */
export function toCostNanoUsd(counts: Counts, pricing: Pricing | undefined): number | null {
  const { inputTokens, cachedInputTokens, outputTokens } = counts;
  if (pricing === undefined || (inputTokens === null && outputTokens === null)) return null;
  const cached = cachedInputTokens ?? 0;
  const fresh = (inputTokens ?? cached) - cached;
  const cost =
    fresh * pricing.inputNanoUsd +
    cached * pricing.cachedInputNanoUsd +
    (outputTokens ?? 0) * pricing.outputNanoUsd;
  return Math.ceil(cost);
}
