/** Token counts as servers write them, brought into bounds. */

/** The largest context windows on offer end there; a count beyond it is a mistake that would be billed. */
export const TOKENS_MAX: number = 10_000_000;

const WHOLE_NUMBER = /^\d+$/;

/**
 * @returns From 0 to `TOKENS_MAX`, a fraction rounded up; `undefined` for what was not reported and for
 *   what cannot be a count: a negative one read as 0 would make an answer free.
 */
export function readCount(value: unknown): number | undefined {
  const count = toNumber(value);
  if (count === undefined || Number.isNaN(count) || count < 0) return undefined;
  return Math.min(Math.ceil(count), TOKENS_MAX);
}

/** Whether something was reported that is not what a count is. */
export function isSuspectCount(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return !(Number.isInteger(value) && value === readCount(value));
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && WHOLE_NUMBER.test(value) ? Number(value) : undefined;
}
