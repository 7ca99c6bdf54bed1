/**
 * Mann-Whitney's U test: do two samples come from the same distribution? It looks at ranks alone, so that
 * one round that was disturbed weighs no more than any other.
 */

export interface RankTest {
  /** Of the first sample: pairs in which its value is the larger one, half a pair for equal ones. */
  readonly u: number;
  /** Two-sided: how likely ranks this uneven are when nothing differs. 1 for an empty sample. */
  readonly p: number;
}

export function testRanks(first: readonly number[], second: readonly number[]): RankTest {
  const pairs = first.length * second.length;
  const u = first.reduce((sum, value) => sum + countBelow(value, second), 0);
  if (pairs === 0) return { u, p: 1 };
  const all = [...first, ...second];
  const hasTies = new Set(all).size < all.length;
  const p = hasTies
    ? approximate(u, first.length, all)
    : enumerate(Math.min(u, pairs - u), first.length, second.length);
  return { u, p };
}

function countBelow(value: number, others: readonly number[]): number {
  return others.reduce((count, other) => {
    if (other === value) return count + 0.5;
    return other < value ? count + 1 : count;
  }, 0);
}

/** Exact, by counting in how many orders of all values U is at most this one. */
function enumerate(uMin: number, firstSize: number, secondSize: number): number {
  const orders = countOrders(firstSize, secondSize);
  const total = orders.reduce((sum, count) => sum + count, 0);
  const extreme = orders.slice(0, uMin + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * extreme) / total);
}

/** @returns by U, the number of orders that have it: the coefficients of a Gaussian binomial. */
function countOrders(firstSize: number, secondSize: number): number[] {
  const counts: number[] = Array.from({ length: firstSize * secondSize + 1 }, () => 0);
  counts[0] = 1;
  const at = (u: number): number => counts[u] ?? 0;
  for (let size = 1; size <= firstSize; size++) {
    const step = secondSize + size;
    // Times (1 - q^step), then divided by (1 - q^size).
    for (let u = counts.length - 1; u >= step; u--) counts[u] = at(u) - at(u - step);
    for (let u = size; u < counts.length; u++) counts[u] = at(u) + at(u - size);
  }
  return counts;
}

/** By the normal distribution, with its variance mended for equal values, and half a step of continuity. */
function approximate(u: number, firstSize: number, all: readonly number[]): number {
  const size = all.length;
  const pairs = firstSize * (size - firstSize);
  const ties = [...Map.groupBy(all, (value) => value).values()].map((equal) => equal.length);
  const tied = ties.reduce((sum, count) => sum + count ** 3 - count, 0) / (size * (size - 1));
  const deviation = Math.sqrt((pairs / 12) * (size + 1 - tied));
  const distance = Math.max(0, Math.abs(u - pairs / 2) - 0.5);
  return deviation === 0 ? 1 : Math.min(1, 2 * upperTail(distance / deviation));
}

/** Share of a normal distribution above `z` >= 0: Abramowitz and Stegun, 26.2.17, off by less than 1e-7. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const factors = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];
  const sum = factors.reduce((rest, factor) => (rest + factor) * t, 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}
