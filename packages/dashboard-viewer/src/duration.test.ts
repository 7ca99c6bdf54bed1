import { expect, test } from "vitest";
import { parseDuration, parseTime, toDuration, toRateInterval, toStep } from "./duration.ts";

test("durations", () => {
  expect([parseDuration("15s"), parseDuration("1h30m"), parseDuration("500ms")]).toEqual([
    15, 5_400, 0.5,
  ]);
  expect([parseDuration(""), parseDuration("5"), parseDuration("$x")]).toEqual(
    Array(3).fill(undefined),
  );
  expect([toDuration(60), toDuration(0.5)]).toEqual(["60s", "500ms"]);
});

test("points in time", () => {
  const now = 1_700_000_000;
  expect(parseTime("now", now)).toBe(now);
  expect(parseTime("now-30m", now)).toBe(now - 1_800);
  expect(parseTime("1700000000", now)).toBe(now);
  expect(parseTime("1700000000000", now)).toBe(now);
  expect(parseTime("2023-11-14T22:13:20Z", now)).toBe(now);
  expect(parseTime("yesterday", now)).toBe(undefined);
});

test("a step shows no more points than asked for, and is no shorter than a scrape", () => {
  expect(toStep(3_600, 800, 1)).toBe(5);
  expect(toStep(3_600, 800, 15)).toBe(15);
  expect(toStep(10, 800, 1)).toBe(1);
});

test("a rate needs four scrapes, and no gap from step to step", () => {
  expect(toRateInterval(15, 15)).toBe(60);
  expect(toRateInterval(300, 15)).toBe(315);
});
