import type { UsageSinkObserver } from "@slipstream/contracts/usage-record";
import { expect, test } from "vitest";
import { FakeTimer } from "../../test/fake-timer.ts";
import { ScriptedUsageStore, settled } from "../../test/scripted-usage-store.ts";
import { usageRecord, usageRecords } from "../../test/usage-record.ts";
import {
  BATCHES_UNDER_WAY_MAX,
  BATCH_RECORDS_MAX,
  SAFE_WITHIN_MS,
  UsageWriter,
} from "./usage-writer.ts";
import type { UsageWriterOptions } from "./usage-writer.ts";

const COLLECT_MS = 100;
const RETRY_MS = 10;
const FLUSH_MS = 5_000;
const TIMES = {
  collectMs: COLLECT_MS,
  retryMsMin: RETRY_MS,
  retryMsMax: 4 * RETRY_MS,
  flushMs: FLUSH_MS,
};

function setUp(options: Partial<UsageWriterOptions> = {}) {
  const store = new ScriptedUsageStore();
  const timer = new FakeTimer();
  const told: string[] = [];
  const observer: UsageSinkObserver = {
    usageLost: (loss, records) => void told.push(`lost ${records}: ${loss}`),
    usageWriteFailed: (error, waiting) => void told.push(`${String(error)}; ${waiting} waiting`),
  };
  const writer = new UsageWriter({
    insert: store.insert,
    observer,
    timer,
    times: TIMES,
    ...options,
  });
  const record = (count: number, from = 0) => {
    for (const made of usageRecords(count, from)) writer.record(made);
  };
  const sizes = () => store.batches.map(({ length }) => length);
  return { writer, store, timer, told, record, sizes };
}

const ids = (count: number, from = 0) => usageRecords(count, from).map(({ id }) => id);

test("few records are handed over after the collecting time, whatever the store is at", () => {
  const { store, timer, record } = setUp();
  for (let batch = 0; batch < BATCHES_UNDER_WAY_MAX; batch++) {
    record(3, 3 * batch);
    timer.advance(COLLECT_MS - 1);
    expect(store.batches).toHaveLength(batch);
    timer.advance(1);
    expect(store.batches.at(-1)).toEqual(ids(3, 3 * batch));
  }
});

test("without other words, the store has a quarter of the time in which a record is to be safe", () => {
  const store = new ScriptedUsageStore();
  const timer = new FakeTimer();
  const observer = { usageLost: () => undefined, usageWriteFailed: () => undefined };
  const writer = new UsageWriter({ insert: store.insert, observer, timer });
  writer.record(usageRecord(0));
  timer.advance(0.75 * SAFE_WITHIN_MS);
  expect(store.batches).toEqual([ids(1)]);
});

test("a turn of the event loop that is longer than the collecting time does not hold records up", () => {
  const { store, timer, record } = setUp();
  record(3);
  timer.passUnseen(COLLECT_MS);
  record(1, 3);
  expect(store.batches).toEqual([ids(4)]);
  // The timer, which is late, is no reason to hand over what came after it was needed.
  record(1, 4);
  timer.advance(1);
  expect(store.batches).toHaveLength(1);
});

test("a batch is handed over when it is full, and grows to that when many have to wait", async () => {
  const { store, record, sizes } = setUp();
  record(BATCH_RECORDS_MAX - 1);
  expect(sizes()).toEqual([]);
  record(BATCHES_UNDER_WAY_MAX * BATCH_RECORDS_MAX, BATCH_RECORDS_MAX - 1);
  expect(sizes()).toEqual(Array(BATCHES_UNDER_WAY_MAX).fill(BATCH_RECORDS_MAX));
  await store.answer("taken");
  expect(sizes()).toHaveLength(BATCHES_UNDER_WAY_MAX);
  record(1, 5 * BATCH_RECORDS_MAX - 1);
  expect(sizes()).toEqual(Array(BATCHES_UNDER_WAY_MAX + 1).fill(BATCH_RECORDS_MAX));
  await store.answerAll("taken");
  expect([...store.written]).toEqual(ids(5 * BATCH_RECORDS_MAX));
});

test("flushing covers what was recorded before it, and needs nothing to be there", async () => {
  const { writer, store, record } = setUp();
  await writer.flush();
  record(1);
  let isFlushed = false;
  const first = writer.flush().then(() => (isFlushed = true));
  record(1, 1);
  await store.answer("taken");
  await first;
  expect([isFlushed, writer.waiting]).toEqual([true, 1]);
  const others = Promise.all([writer.flush(), writer.flush()]);
  await store.answerAll("taken");
  await others;
  expect([...store.written]).toEqual(ids(2));
});

test("flushing waits for the batch that failed, also when those behind it are written", async () => {
  const { writer, store, timer, record } = setUp();
  record(2);
  let isFlushed = false;
  const flushed = writer.flush().then(() => (isFlushed = true));
  record(BATCH_RECORDS_MAX, 2);
  await store.answer("failed");
  await store.answerAll("taken");
  expect([isFlushed, writer.waiting]).toEqual([false, 2]);
  timer.advance(RETRY_MS);
  await store.answer("taken");
  await flushed;
  expect(writer.waiting).toBe(0);
});

test("what fails is tried again with pauses, one batch at first, and then all at once", async () => {
  const { store, timer, told, record, sizes } = setUp();
  record(3 * BATCH_RECORDS_MAX);
  await store.answerAll("failed");
  // Three failed for one reason.
  expect(told).toEqual(["StoreError: down; 3000 waiting"]);
  record(BATCH_RECORDS_MAX, 3 * BATCH_RECORDS_MAX);
  for (const pauseMs of [RETRY_MS, 2 * RETRY_MS, 4 * RETRY_MS, 4 * RETRY_MS]) {
    const attempts = store.batches.length;
    timer.advance(pauseMs - 1);
    expect(store.batches).toHaveLength(attempts);
    timer.advance(1);
    expect(store.batches).toHaveLength(attempts + 1);
    await store.answerAll("failed");
  }
  expect(told).toEqual([told[0], ...Array<string>(4).fill("StoreError: down; 4000 waiting")]);
  timer.advance(4 * RETRY_MS);
  expect(sizes()).toHaveLength(8);
  await store.answer("taken");
  expect(sizes()).toHaveLength(11);
  await store.answerAll("taken");
  expect([...store.written]).toEqual(ids(4 * BATCH_RECORDS_MAX));
  // A later failure begins with the shortest pause again.
  record(BATCH_RECORDS_MAX, 4 * BATCH_RECORDS_MAX);
  await store.answer("failed");
  timer.advance(RETRY_MS);
  expect(sizes()).toHaveLength(13);
});

test("a full queue refuses the newest and says so each time", async () => {
  const { writer, store, told, record } = setUp({ queuedRecordsMax: 3 });
  expect(writer.waitingMax).toBe(3);
  record(2);
  const flushed = writer.flush();
  // What is under way counts as well.
  record(3, 2);
  expect(told).toEqual(["lost 1: queue_full", "lost 1: queue_full"]);
  expect(writer.waiting).toBe(3);
  await store.answerAll("taken");
  await flushed;
  record(1, 5);
  const again = writer.flush();
  await store.answerAll("taken");
  await again;
  expect([...store.written]).toEqual(["usage-0", "usage-1", "usage-2", "usage-5"]);
});

test("flushing gives up after a time, the records stay", async () => {
  const { writer, store, timer, record } = setUp();
  record(2);
  const flushed = writer.flush();
  timer.advance(FLUSH_MS);
  await expect(flushed).rejects.toThrow("2 usage records are not written yet.");
  await store.answer("taken");
  expect([[...store.written], writer.waiting]).toEqual([ids(2), 0]);
});

test("closing tries at once, tells what it could not write, and tries no more", async () => {
  const { writer, store, timer, told, record } = setUp();
  record(1);
  timer.advance(COLLECT_MS);
  await store.answer("failed");
  record(1, 1);
  const closed = writer.close(3 * RETRY_MS);
  expect(store.asked).toHaveLength(1);
  await store.answer("failed");
  timer.advance(2 * RETRY_MS);
  await store.answer("failed");
  // The next attempt would be later than that.
  timer.advance(RETRY_MS);
  await closed;
  await writer.close();
  writer.record(usageRecord(2));
  timer.advance(FLUSH_MS);
  await settled();
  expect(told).toEqual([
    "StoreError: down; 1 waiting",
    "StoreError: down; 2 waiting",
    "StoreError: down; 2 waiting",
    "lost 2: unwritten_at_close",
    "lost 1: closed",
  ]);
  expect(store.batches).toHaveLength(3);
});
