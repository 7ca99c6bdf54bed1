import type { UsageSinkObserver } from "@slipstream/contracts/usage-record";
import { expect, test } from "vitest";
import { usageRecord, usageRecords } from "../../test/usage-record.ts";
import { BATCH_RECORDS, UsageWriter } from "./usage-writer.ts";
import type { UsageWriterOptions } from "./usage-writer.ts";

/** Longer than any test: what happens has another reason than the time. */
const NEVER_MS = 1_000_000;
const TIMES = { collectMs: NEVER_MS, retryMsMin: 1, retryMsMax: 2, flushMs: NEVER_MS };

/** A store that takes batches, or fails while `broken` says why. */
function setUp(options: Partial<UsageWriterOptions> = {}) {
  const store = { batches: [] as string[][], broken: undefined as Error | undefined, attempts: 0 };
  const told: string[] = [];
  const observer: UsageSinkObserver = {
    usageLost: (loss, records) => void told.push(`lost ${records}: ${loss}`),
    usageWriteFailed: (error, waiting) => void told.push(`${String(error)}; ${waiting} waiting`),
  };
  const writer = new UsageWriter({
    observer,
    times: TIMES,
    insert: async (rows) => {
      store.attempts++;
      if (store.broken !== undefined) throw store.broken;
      store.batches.push(rows.map(({ id }) => id));
    },
    ...options,
  });
  const record = (count: number, from = 0) => {
    for (const made of usageRecords(count, from)) writer.record(made);
  };
  return { writer, store, told, record };
}

const sizes = (batches: readonly string[][]) => batches.map(({ length }) => length);

test("a batch is written when it is full, and what is left when somebody asks for it", async () => {
  const full = Promise.withResolvers<void>();
  const { writer, store, record } = setUp();
  record(2 * BATCH_RECORDS + 50);
  await writer.flush();
  expect(sizes(store.batches)).toEqual([BATCH_RECORDS, BATCH_RECORDS, 50]);
  expect(store.batches.flat()).toEqual(usageRecords(250).map(({ id }) => id));

  const other = setUp({ insert: async () => full.resolve() });
  other.record(BATCH_RECORDS - 1);
  other.record(1);
  await full.promise;
});

test("few records are written after a while", async () => {
  const written = Promise.withResolvers<number>();
  const { record } = setUp({
    times: { ...TIMES, collectMs: 5 },
    insert: async (rows) => written.resolve(rows.length),
  });
  record(3);
  expect(await written.promise).toBe(3);
});

test("flushing covers what was recorded before it, and needs nothing to be there", async () => {
  const { writer, store, record } = setUp();
  await writer.flush();
  record(1);
  const first = writer.flush();
  record(1, 1);
  await first;
  await Promise.all([writer.flush(), writer.flush()]);
  expect(store.batches.flat()).toEqual(["usage-0", "usage-1"]);
});

test("a batch that fails is tried again, also when the store has taken it after all", async () => {
  const { writer, store, told, record } = setUp();
  store.broken = new Error("down");
  record(2);
  const flushed = writer.flush();
  record(1, 2);
  await expect.poll(() => store.attempts).toBeGreaterThan(2);
  expect(told.slice(0, 2)).toEqual(["Error: down; 3 waiting", "Error: down; 3 waiting"]);
  store.broken = undefined;
  await flushed;
  expect(store.batches).toEqual([["usage-0", "usage-1", "usage-2"]]);
});

test("a full queue refuses the newest and says so each time", async () => {
  const { writer, store, told, record } = setUp({ queuedRecordsMax: 3 });
  record(5);
  expect(told).toEqual(["lost 1: queue_full", "lost 1: queue_full"]);
  await writer.flush();
  record(1, 5);
  await writer.flush();
  expect(store.batches.flat()).toEqual(["usage-0", "usage-1", "usage-2", "usage-5"]);
});

test("flushing gives up after a time, the records stay", async () => {
  const { writer, store, record } = setUp({ times: { ...TIMES, flushMs: 5 } });
  store.broken = new Error("down");
  record(2);
  await expect(writer.flush()).rejects.toThrow("2 usage records are not written yet.");
  store.broken = undefined;
  await writer.flush();
  expect(store.batches.flat()).toEqual(["usage-0", "usage-1"]);
});

test("closing tells what it could not write, and tries no more", async () => {
  const { writer, store, told, record } = setUp({
    times: { ...TIMES, retryMsMin: NEVER_MS, retryMsMax: NEVER_MS, flushMs: 5 },
  });
  store.broken = new Error("down");
  record(2);
  await writer.close();
  await writer.close();
  writer.record(usageRecord(2));
  expect(told).toEqual(["Error: down; 2 waiting", "lost 2: unwritten_at_close", "lost 1: closed"]);
  expect(store.attempts).toBe(1);
});
