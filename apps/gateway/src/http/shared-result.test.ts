import { FakeClock } from "@slipstream/testkit/fake-clock";
import { expect, test } from "vitest";
import { SharedResult } from "./shared-result.ts";

interface Work {
  readonly shared: SharedResult<number>;
  readonly restedMs: readonly number[];
}

/** Work that takes so long; its results are numbered, and the second time it fails. */
function create(tookMs: number): Work {
  const clock = new FakeClock();
  const restedMs: number[] = [];
  let made = 0;
  const shared = new SharedResult({
    clock,
    make() {
      clock.advance(tookMs);
      made++;
      return made === 2 ? Promise.reject(new Error("failed")) : Promise.resolve(made);
    },
    async rest(ms) {
      restedMs.push(ms);
      clock.advance(ms);
    },
  });
  return { shared, restedMs };
}

test("who asks before the work has begun shares it, who asks later gets something newer", async () => {
  const { shared } = create(0);
  const first = [shared.get(), shared.get()];
  expect(await Promise.all(first)).toEqual([1, 1]);
  await expect(shared.get()).rejects.toThrow("failed");
  expect(await shared.get()).toBe(3);
});

test("it takes a tenth of the time at most", async () => {
  const { shared, restedMs } = create(20);
  expect(await shared.get()).toBe(1);
  expect(restedMs).toEqual([]);
  await expect(shared.get()).rejects.toThrow("failed");
  // The same after a failure.
  expect(await shared.get()).toBe(3);
  expect(restedMs).toEqual([180, 180]);
});

test("it is never put off for longer than half a second", async () => {
  const { shared, restedMs } = create(10_000);
  expect(await shared.get()).toBe(1);
  await expect(shared.get()).rejects.toThrow("failed");
  expect(restedMs).toEqual([500]);
});
