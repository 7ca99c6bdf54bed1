import type { StoreCheckName } from "@slipstream/contracts/store-health";
import { expect, test } from "vitest";
import { FAILING_MS_MIN, FAILURES_MIN, SUCCESSES_MIN } from "./internal/check-history.ts";
import { StoreLostError } from "./internal/store-lost-error.ts";
import type { StoreProbes } from "./internal/store-probes.ts";
import { StoreError } from "./store-error.ts";
import {
  STORE_CHECK_DEADLINE_MS,
  STORE_CHECK_INTERVAL_MS,
  STORE_WRITE_INTERVAL_MS,
  StoreMonitor,
} from "./store-monitor.ts";

type Probe = keyof StoreProbes;

const CORRUPT = new StoreError("no", { code: "SQLITE_CORRUPT" });

/** A monitor of a store that fails where it is told to, on a clock that stands still. */
function setUp() {
  const world = {
    nowMs: 1_000,
    failing: new Map<Probe, Error>(),
    /** Probes that do not come to an end until it is let go of. */
    held: new Map<Probe, PromiseWithResolvers<void>>(),
    tried: [] as Probe[],
    told: [] as string[],
  };
  const probe = (name: Probe) => async () => {
    world.tried.push(name);
    await world.held.get(name)?.promise;
    const error = world.failing.get(name);
    if (error !== undefined) throw error;
  };
  const monitor = new StoreMonitor({
    probes: { file: probe("file"), read: probe("read"), write: probe("write") },
    clock: { nowMs: () => world.nowMs },
    observer: {
      storeCheckChanged: (check, state) => world.told.push(`${check} ${state.type}`),
    },
  });
  return {
    monitor,
    world,
    /** So many checks, one interval apart. */
    check: async (times: number, intervalMs = STORE_CHECK_INTERVAL_MS) => {
      for (let time = 0; time < times; time++) {
        monitor.check();
        await new Promise<void>((resolve) => void setImmediate(resolve));
        world.nowMs += intervalMs;
      }
    },
    failingChecks: (): StoreCheckName[] => {
      const { file, read, write, records } = monitor.health;
      const states = { file, read, write, records };
      const names = ["file", "read", "write", "records"] as const;
      return names.filter((name) => states[name].type !== "passing");
    },
  };
}

/** Failures an interval apart until they have lasted long enough. */
const CHECKS_UNTIL_FAILING = Math.max(
  FAILURES_MIN,
  1 + Math.ceil(FAILING_MS_MIN / STORE_CHECK_INTERVAL_MS),
);

test("a store that is well passes, and is written to rarely", async () => {
  const { check, failingChecks, world } = setUp();
  await check(21);
  expect(failingChecks()).toEqual([]);
  expect(world.told).toEqual([]);
  expect(world.tried.filter((probe) => probe === "read")).toHaveLength(21);
  expect(world.tried.filter((probe) => probe === "file")).toHaveLength(21);
  const writes = 1 + (20 * STORE_CHECK_INTERVAL_MS) / STORE_WRITE_INTERVAL_MS;
  expect(world.tried.filter((probe) => probe === "write")).toHaveLength(writes);
});

test.each<Probe>(["file", "read", "write"])(
  "%s fails when it has failed for a while, and is told once",
  async (probe) => {
    const { check, failingChecks, monitor, world } = setUp();
    world.failing.set(probe, CORRUPT);
    await check(CHECKS_UNTIL_FAILING - 1);
    expect(failingChecks()).toEqual([]);
    await check(1);
    expect(failingChecks()).toEqual([probe]);
    expect(monitor.health[probe]).toEqual({ type: "failing", sinceMs: 1_000, error: CORRUPT });
    await check(10);
    expect(world.told).toEqual([`${probe} failing`]);
  },
);

test("many failures in one moment are none", async () => {
  const { check, failingChecks, world } = setUp();
  world.failing.set("read", CORRUPT);
  await check(100, (FAILING_MS_MIN - 1) / 100);
  expect(failingChecks()).toEqual([]);
});

test("two failures far from each other are none", async () => {
  const { check, failingChecks, world } = setUp();
  world.failing.set("read", CORRUPT);
  await check(FAILURES_MIN - 1, 10 * FAILING_MS_MIN);
  expect(failingChecks()).toEqual([]);
});

test("failures with a success in between do not add up", async () => {
  const { check, failingChecks, world } = setUp();
  for (let round = 0; round < 5; round++) {
    world.failing.set("read", CORRUPT);
    await check(CHECKS_UNTIL_FAILING - 1);
    world.failing.clear();
    await check(1);
  }
  expect(failingChecks()).toEqual([]);
});

test.each<Probe>(["file", "read", "write"])(
  "%s passes again after some successes in a row",
  async (probe) => {
    const { check, failingChecks, world } = setUp();
    world.failing.set(probe, CORRUPT);
    await check(CHECKS_UNTIL_FAILING);
    world.failing.clear();
    await check(SUCCESSES_MIN - 1);
    world.failing.set(probe, CORRUPT);
    await check(1);
    world.failing.clear();
    await check(SUCCESSES_MIN - 1);
    expect(failingChecks()).toEqual([probe]);
    await check(1);
    expect(failingChecks()).toEqual([]);
    expect(world.told).toEqual([`${probe} failing`, `${probe} passing`]);
  },
);

test.each<Probe>(["file", "read", "write"])(
  "%s is lost at once and for good when it cannot come back",
  async (probe) => {
    const { check, failingChecks, monitor, world } = setUp();
    const error = new StoreLostError("no");
    await check(1);
    world.failing.set(probe, error);
    await check(STORE_WRITE_INTERVAL_MS / STORE_CHECK_INTERVAL_MS);
    expect(monitor.health[probe]).toEqual({ type: "lost", error });
    world.failing.clear();
    await check(100);
    expect(failingChecks()).toEqual([probe]);
    expect(world.told).toEqual([`${probe} lost`]);
  },
);

test("one that fails already can be lost on top", async () => {
  const { check, world } = setUp();
  world.failing.set("file", CORRUPT);
  await check(CHECKS_UNTIL_FAILING);
  world.failing.set("file", new StoreLostError("no"));
  await check(1);
  expect(world.told).toEqual(["file failing", "file lost"]);
});

test.each<Probe>(["file", "read", "write"])("%s that hangs fails", async (probe) => {
  const { check, failingChecks, monitor, world } = setUp();
  world.held.set(probe, Promise.withResolvers());
  const checksInTime = STORE_CHECK_DEADLINE_MS / STORE_CHECK_INTERVAL_MS;
  await check(checksInTime + CHECKS_UNTIL_FAILING - 1);
  expect(failingChecks()).toEqual([]);
  await check(1);
  expect(failingChecks()).toEqual([probe]);
  expect(monitor.health[probe]).toMatchObject({ error: { code: "STORE_CHECK_OVERDUE" } });
  // Nothing piles up behind it.
  expect(world.tried.filter((tried) => tried === probe)).toHaveLength(1);
});

test("a store that always answers too late fails", async () => {
  const { check, failingChecks, world } = setUp();
  const late = STORE_CHECK_DEADLINE_MS / STORE_CHECK_INTERVAL_MS + 1;
  for (let round = 0; round < FAILURES_MIN; round++) {
    const held = Promise.withResolvers<void>();
    world.held.set("read", held);
    await check(late);
    held.resolve();
    await check(0);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  expect(failingChecks()).toEqual(["read"]);
});

test("usage records that do not get there fail, until the first that do", async () => {
  const { failingChecks, monitor, world } = setUp();
  const answers: (Error | undefined)[] = [];
  const insert = monitor.watch(async () => {
    const error = answers.shift();
    if (error !== undefined) throw error;
  });
  for (let time = 0; time < FAILURES_MIN; time++) {
    expect(failingChecks()).toEqual([]);
    answers.push(CORRUPT);
    await expect(insert([])).rejects.toBe(CORRUPT);
    world.nowMs += FAILING_MS_MIN;
  }
  expect(failingChecks()).toEqual(["records"]);
  await insert([]);
  expect(failingChecks()).toEqual([]);
  expect(world.told).toEqual(["records failing", "records passing"]);
});
