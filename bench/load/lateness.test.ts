import { expect, test } from "vitest";
import { Lateness } from "./lateness.ts";

test("what comes earliest for its place is on time", () => {
  const lateness = new Lateness(20);
  for (const [index, atMs] of [
    [3, 161],
    [4, 180],
    [5, 207],
    [6, 221],
  ] as const) {
    lateness.add(index, atMs);
  }
  expect(lateness.valuesMs).toEqual([1, 0, 7, 1]);
});
