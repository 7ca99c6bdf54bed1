/**
 * What a request has to answer for. `null` is "not known", because it ends up in SQL and JSON.
 */
import type { UsageRecord } from "./usage-record.ts";

export type Settlement = Pick<
  UsageRecord,
  | "inputTokens"
  | "cachedInputTokens"
  | "outputTokens"
  | "reasoningTokens"
  | "source"
  | "isSuspect"
  | "costNanoUsd"
>;

/** Price of one token, nano-dollars: a thousandth of dollars per million. ≥ 0, may be a fraction. */
export interface Pricing {
  readonly inputNanoUsd: number;
  /** Of input tokens that the provider took from its own prompt cache. */
  readonly cachedInputNanoUsd: number;
  readonly outputNanoUsd: number;
}
