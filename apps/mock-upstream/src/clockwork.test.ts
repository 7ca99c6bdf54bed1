import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Alarm, Clockwork } from "./clockwork.ts";
import { nowMs } from "./monotonic-clock.ts";

interface Plan {
  readonly delayMs: number;
  readonly isCleared: boolean;
}

interface Ring {
  readonly plan: Plan;
  readonly dueMs: number;
  readonly atMs: number;
}

/** Sets all alarms, clears some, and waits for the others and a last one behind them. */
async function ring(plans: readonly Plan[]): Promise<Ring[]> {
  const clockwork = new Clockwork();
  const rings: Ring[] = [];
  const startMs = nowMs();
  await new Promise<void>((resolve) => {
    const alarms = plans.map((plan) => {
      const dueMs = startMs + plan.delayMs;
      const alarm = new Alarm(() => rings.push({ plan, dueMs, atMs: nowMs() }));
      clockwork.set(alarm, dueMs);
      return alarm;
    });
    clockwork.set(new Alarm(resolve), startMs + DELAY_MS_MAX);
    alarms.filter((_, index) => plans[index]?.isCleared).forEach((alarm) => clockwork.clear(alarm));
  });
  return rings;
}

const DELAY_MS_MAX = 3;

test("alarms ring in order, never early, and not at all when cleared", async () => {
  const delayMs = fc.nat(DELAY_MS_MAX * 100 - 1).map((hundredths) => hundredths / 100);
  const plans = fc.array(fc.record({ delayMs, isCleared: fc.boolean() }), { minLength: 20 });
  await fc.assert(
    fc.asyncProperty(plans, async (some) => {
      const rings = await ring(some);
      const kept = some.filter(({ isCleared }) => !isCleared).map((plan) => plan.delayMs);
      expect(rings.map(({ plan }) => plan.delayMs)).toEqual(kept.toSorted((a, b) => a - b));
      expect(rings.filter(({ dueMs, atMs }) => atMs < dueMs)).toEqual([]);
    }),
  );
});

test("an alarm can set itself again while it rings", async () => {
  const clockwork = new Clockwork();
  let rounds = 0;
  await new Promise<void>((resolve) => {
    const alarm: Alarm = new Alarm(() => {
      rounds++;
      if (rounds === 5) resolve();
      else clockwork.set(alarm, alarm.dueMs + 1.5);
    });
    clockwork.set(alarm, nowMs());
  });
  expect(rounds).toBe(5);
});
