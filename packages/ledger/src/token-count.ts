/**
 * Token counts as they arrive in an upstream's report, and as far as they can be believed.
 */

/**
 * Per count and request. No model that is served reads or writes more: the largest advertised context
 * windows end at ten million tokens. A count beyond it is a bug of the upstream, and unbounded it could
 * empty an account with one answer.
 */
export const TOKENS_MAX: number = 10_000_000;

export interface TokenCount {
  /** A whole number from 0 to `TOKENS_MAX`; `null` when there is no telling. */
  readonly tokens: number | null;
  /** The report said something else. */
  readonly isOdd: boolean;
}

/**
 * @param reported What stood in the report. A fraction is rounded up and a huge number cut to
 *   `TOKENS_MAX`. What is no count at all (negative, not a number, text) says nothing; taken for 0 it
 *   would make an answer free.
 */
export function toTokenCount(reported: unknown): TokenCount {
  if (reported === undefined || reported === null) return { tokens: null, isOdd: false };
  if (typeof reported !== "number" || !(reported >= 0)) return { tokens: null, isOdd: true };
  const tokens = boundTokens(reported);
  return { tokens, isOdd: tokens !== reported };
}

/** @param count Not negative. */
export function boundTokens(count: number): number {
  // From 0, because -0 is not negative either.
  return Math.max(0, Math.min(Math.ceil(count), TOKENS_MAX));
}
