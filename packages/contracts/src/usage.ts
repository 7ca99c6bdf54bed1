/**
 * Token counts as the provider reported them. A count that was not reported is `undefined`,
 * never 0. Each is a whole number from 0 to ten million.
 */
export interface Usage {
  /** Includes the cached ones. */
  readonly inputTokens: number | undefined;
  /** Includes the reasoning ones. */
  readonly outputTokens: number | undefined;
  /** Input tokens that the provider took from its own prompt cache. */
  readonly cachedInputTokens: number | undefined;
  readonly reasoningTokens: number | undefined;
  readonly audioInputTokens: number | undefined;
  readonly audioOutputTokens: number | undefined;
  /** A count was not what a count is (negative, a fraction, text, too large) and was put right. */
  readonly isSuspect: boolean;
}
