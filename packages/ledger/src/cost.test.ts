import { expect, test } from "vitest";
import { toCostNanoUsd } from "./cost.ts";

/** 0.20, 0.05 and 0.60 dollars per million. */
const PRICING = { inputNanoUsd: 200, cachedInputNanoUsd: 50, outputNanoUsd: 600 };

function cost(input: number | null, cached: number | null, output: number | null): number | null {
  return toCostNanoUsd(
    { inputTokens: input, cachedInputTokens: cached, outputTokens: output },
    PRICING,
  );
}

test.each([
  [1000, null, 100, 260_000],
  [1000, 400, 100, 200_000],
  [1000, 1000, 0, 50_000],
  [null, null, 7, 4200],
  [3, null, null, 600],
  [0, 0, 0, 0],
  [null, null, null, null],
])("%s input, %s of them cached, %s output cost %s nano-dollars", (input, cached, output, nano) => {
  expect(cost(input, cached, output)).toBe(nano);
});

test("a fraction of a nano-dollar is rounded up, once", () => {
  const pricing = { inputNanoUsd: 0.25, cachedInputNanoUsd: 0, outputNanoUsd: 0.25 };
  const counts = { inputTokens: 1, cachedInputTokens: null, outputTokens: 1 };
  expect(toCostNanoUsd(counts, pricing)).toBe(1);
});

test("nobody has said what it costs", () => {
  const counts = { inputTokens: 1, cachedInputTokens: null, outputTokens: 1 };
  expect(toCostNanoUsd(counts, undefined)).toBe(null);
});
