import { expect, test } from "vitest";
import { RunningTime, SWEEP_INTERVAL_MS } from "./running-time.ts";

/** Ticks as regularly as it should until this moment. */
function run(time: RunningTime, untilMs: number): void {
  for (let ms = time.nowMs; ms <= untilMs; ms += SWEEP_INTERVAL_MS) time.tick(ms);
}

test("while the loop runs, time is time", () => {
  const time = new RunningTime();
  run(time, 10_000);
  expect([time.hasPassed(0, 10_000), time.hasPassed(0, 10_001)]).toEqual([true, false]);
});

test("a tick may be late by two intervals", () => {
  const time = new RunningTime();
  run(time, 0);
  expect(time.tick(3 * SWEEP_INTERVAL_MS)).toBe(true);
  expect(time.hasPassed(0, 3 * SWEEP_INTERVAL_MS)).toBe(true);
});

test("time in which the loop stood still does not count", () => {
  const time = new RunningTime();
  run(time, 1000);
  expect(time.tick(4000)).toBe(false);
  run(time, 4950);
  // Of the 3,000 ms, a turn of 250 counts.
  expect(time.hasPassed(200, 2000)).toBe(true);
  expect(time.hasPassed(201, 2000)).toBe(false);
});

test("of a stall counts what lies behind the beginning", () => {
  const time = new RunningTime();
  run(time, 1000);
  time.tick(4000);
  expect([time.hasPassed(3900, 100), time.hasPassed(3900, 1)]).toEqual([false, false]);
  run(time, 4200);
  expect([time.hasPassed(3900, 200), time.hasPassed(4000, 200)]).toEqual([true, true]);
});

test("who is always late is not excused for ever: sockets are read between two ticks", () => {
  const time = new RunningTime();
  run(time, 0);
  expect([time.tick(1000), time.tick(2000), time.tick(3000), time.tick(4000)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  expect([time.hasPassed(0, 1000), time.hasPassed(0, 1001)]).toEqual([true, false]);
});

test("turns that are long but no stalls count as they are", () => {
  const time = new RunningTime();
  run(time, 0);
  for (let turn = 1; turn <= 10; turn++) time.tick(turn * 250);
  expect(time.hasPassed(0, 2500)).toBe(true);
});

test("only so many stalls are remembered, the latest", () => {
  const time = new RunningTime();
  run(time, 0);
  for (let stall = 1; stall <= 1000; stall++) time.tick(stall * 1000);
  // 64 stalls of 750 ms.
  const [sinceMs, stalledMs] = [1000, 64 * 750];
  const ranMs = time.nowMs - sinceMs - stalledMs;
  expect([time.hasPassed(sinceMs, ranMs), time.hasPassed(sinceMs, ranMs + 1)]).toEqual([
    true,
    false,
  ]);
});
