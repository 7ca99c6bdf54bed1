import { assert, array, double, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { testRanks } from "./mann-whitney.ts";

describe("known values", () => {
  test.each([
    // The example in SciPy's documentation of mannwhitneyu: U = 17, exact p = 1/9.
    [[19, 22, 16, 29, 24], [20, 11, 17, 12], 17, 1 / 9],
    // Of the 20 orders of three and three, two are as uneven as can be.
    [[4, 5, 6], [1, 2, 3], 9, 0.1],
    [[1, 2, 3], [4, 5, 6], 0, 0.1],
    // Of the 252 orders of five and five.
    [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0, 2 / 252],
    // U = 2 in 2 of 252 orders, 1 and 0 in one each: 2 * 4 / 252.
    [[1, 2, 3, 5, 6], [4, 7, 8, 9, 10], 2, 8 / 252],
    [[1], [2], 0, 1],
    [[], [1, 2], 0, 1],
  ])("of %o and %o: U %d, p %d", (first, second, u, p) => {
    const result = testRanks(first, second);
    expect(result.u).toBe(u);
    expect(result.p).toBeCloseTo(p, 10);
  });

  test("equal values count half, and p comes from the normal distribution", () => {
    // By hand: mean 8; ties of 3 and 2, so variance 16/12 * (9 - 30/56) = 11.286; z = 6.5 / 3.359.
    const { u, p } = testRanks([1, 2, 3, 3], [3.5, 3, 4, 4]);
    expect(u).toBe(1);
    expect(p).toBeCloseTo(0.053006, 5);
    expect(testRanks([5, 5, 5], [5, 5, 5])).toEqual({ u: 4.5, p: 1 });
  });
});

const samples = array(double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 12 });

describe("properties", () => {
  test("p is a probability, and both sides are told the same", () => {
    assert(
      property(samples, samples, (first, second) => {
        const [there, back] = [testRanks(first, second), testRanks(second, first)];
        expect(there.p).toBeGreaterThan(0);
        expect(there.p).toBeLessThanOrEqual(1);
        expect(back.p).toBeCloseTo(there.p, 10);
        expect(there.u + back.u).toBe(first.length * second.length);
      }),
    );
  });

  test("of ten and ten from the same source, one in a hundred has p < 0.01", () => {
    const random = createRandom(20_261_124);
    const draw = (): number[] => Array.from({ length: 10 }, random);
    const trials = 4000;
    const found = Array.from({ length: trials }, () => testRanks(draw(), draw()).p).filter(
      (p) => p < 0.01,
    );
    // Three standard deviations to both sides; U takes steps, so it is a little less than one.
    expect(found.length / trials).toBeLessThan(0.0147);
    expect(found.length / trials).toBeGreaterThan(0.004);
  });
});

/** The same numbers in every run of the tests. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
