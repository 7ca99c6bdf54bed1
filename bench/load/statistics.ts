/** The few figures by which many measurements are told. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @returns `undefined` for no values. */
export function toSpread(values: readonly number[]): Spread | undefined {
  const sorted = toSorted(values);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const median = medianOf(sorted);
  if (min === undefined || max === undefined || median === undefined) return undefined;
  return { median, min, max };
}

/**
 * The smallest value that at least this share of all values do not exceed (nearest rank).
 *
 * @param share Above 0, up to 1.
 * @returns `undefined` for no values.
 */
export function percentile(values: readonly number[], share: number): number | undefined {
  return toSorted(values)[Math.ceil(values.length * share) - 1];
}

/** The ratio of each pair of neighbours; what has no neighbour is left out. */
export function pairRatios(
  numerators: readonly number[],
  denominators: readonly number[],
): number[] {
  const pairs = Math.min(numerators.length, denominators.length);
  return numerators
    .slice(0, pairs)
    .map((numerator, index) => numerator / (denominators[index] ?? 0));
}

function medianOf(sorted: readonly number[]): number | undefined {
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2;
}

function toSorted(values: readonly number[]): number[] {
  return values.toSorted((left, right) => left - right);
}
