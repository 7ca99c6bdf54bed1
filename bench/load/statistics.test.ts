import { expect, test } from "vitest";
import { pairRatios, percentile, toSpread } from "./statistics.ts";

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[10, 9, 100], { median: 10, min: 9, max: 100 }],
  [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
])("spread of %j", (values, spread) => {
  expect(toSpread(values)).toEqual(spread);
});

test("no values have no spread and no percentile", () => {
  expect(toSpread([])).toBe(undefined);
  expect(percentile([], 0.5)).toBe(undefined);
});

test("a percentile is a value that was measured", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.01, 0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100]);
  expect(percentile([7, 1000], 0.5)).toBe(7);
});

test("ratios are those of neighbours, not of medians", () => {
  expect(pairRatios([20, 60, 90], [10, 20])).toEqual([2, 3]);
});
