/**
 * Token counts as the provider reported them. A count that was not reported is `undefined`,
 * never 0. Each is a non-negative safe integer.
 */
export interface Usage {
  /** Includes the cached ones. */
  readonly inputTokens: number | undefined;
  /** Includes the reasoning ones. */
  readonly outputTokens: number | undefined;
  /** Input tokens that the provider took from its own prompt cache. */
  readonly cachedInputTokens: number | undefined;
  readonly reasoningTokens: number | undefined;
}
