import { expect, test } from "vitest";
import { LoopDelay } from "./loop-delay.ts";

const INTERVAL_MS = 50;
/** Of the gateway by default, ms. */
const LIMIT_MS = 500;

/** A loop whose turns take that long, one after the other. */
class Loop {
  nowMs = 1000;
  readonly delay: LoopDelay = new LoopDelay(INTERVAL_MS, this.nowMs);

  turns(count: number, tookMs: number): void {
    for (let turn = 0; turn < count; turn++) {
      this.nowMs += Math.max(tookMs, INTERVAL_MS);
      this.delay.fired(this.nowMs);
    }
  }

  /** What is read at the end of a turn that has taken so long. */
  readAfter(tookMs: number): number {
    return this.delay.read(this.nowMs + tookMs);
  }
}

test("a timer is late by what its interval does not explain, and never early", () => {
  const delay = new LoopDelay(INTERVAL_MS, 0);
  expect(delay.fired(80)).toBe(30);
  expect(delay.fired(129)).toBe(0);
});

test("a loop that keeps up is not late", () => {
  const loop = new Loop();
  loop.turns(100, 1);
  expect(loop.readAfter(10)).toBe(0);
});

test("512 clients that never pause make no loop late", () => {
  const loop = new Loop();
  loop.turns(100, 150);
  expect(loop.readAfter(150)).toBeLessThan(LIMIT_MS);
});

test("one long turn is no overload, neither in it nor after it", () => {
  const loop = new Loop();
  loop.turns(100, 1);
  expect(loop.readAfter(700)).toBe(0);
  loop.turns(1, 700);
  expect(loop.readAfter(10)).toBe(0);
  expect(loop.readAfter(700)).toBeLessThan(LIMIT_MS);
});

test("long turns one after the other are", () => {
  const loop = new Loop();
  loop.turns(8, 1000);
  // What comes early in a turn still has its time.
  expect(loop.readAfter(100)).toBeLessThan(LIMIT_MS);
  expect(loop.readAfter(INTERVAL_MS + LIMIT_MS)).toBe(LIMIT_MS);
});

test("it is over as soon as a turn is short again", () => {
  const loop = new Loop();
  loop.turns(20, 1000);
  expect(loop.readAfter(1000)).toBeGreaterThan(LIMIT_MS);
  loop.turns(1, 1);
  expect(loop.readAfter(60)).toBeLessThan(LIMIT_MS);
});

/** Work comes that needs so many times as long as there is time for. */
function simulate(overload: number, refusalCost: number): number[] {
  const loop = new Loop();
  const admittedMs: number[] = [];
  let turnMs = INTERVAL_MS;
  for (let turn = 0; turn < 200; turn++) {
    const arrivedMs = turnMs * overload;
    const startMs = loop.nowMs;
    let workMs = 0;
    let servedMs = 0;
    // In steps of one millisecond of work.
    for (let step = 0; step < arrivedMs; step++) {
      const isRefused = loop.delay.read(startMs + workMs) >= LIMIT_MS;
      workMs += isRefused ? refusalCost : 1;
      servedMs += isRefused ? 0 : 1;
    }
    turnMs = Math.max(workMs, INTERVAL_MS);
    loop.turns(1, turnMs);
    if (turn >= 100) admittedMs.push(servedMs / turnMs);
    expect(turnMs).toBeLessThan(3000);
  }
  return admittedMs;
}

test("under three times the load nine tenths of the time go to what is admitted, if refusals are cheap", () => {
  const parts = simulate(3, 0.03);
  const mean = parts.reduce((sum, part) => sum + part, 0) / parts.length;
  expect(mean).toBeGreaterThan(0.9);
});

test("nothing is refused below the load that can be carried", () => {
  const parts = simulate(0.9, 0.03);
  expect(Math.min(...parts)).toBeGreaterThan(0.89);
});
