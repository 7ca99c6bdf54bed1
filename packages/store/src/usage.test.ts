import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { UsageSinkObserver } from "@slipstream/contracts/usage-record";
import { expect, onTestFinished, test } from "vitest";
import { usageRecord, usageRecords } from "../test/usage-record.ts";
import { USAGE_LISTED_MAX } from "./internal/usage-queries.ts";
import { BATCHES_UNDER_WAY_MAX, BATCH_RECORDS_MAX } from "./internal/usage-writer.ts";
import { openStore } from "./open-store.ts";
import type { UsageFilter } from "./usage-reports.ts";

/** A store on a file that the test may also open by itself, and what the store has told. */
async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  const path = join(folder, "store.db");
  const told: string[] = [];
  const failed = Promise.withResolvers<void>();
  const usageObserver: UsageSinkObserver = {
    usageLost: (loss, records) => void told.push(`lost ${records}: ${loss}`),
    usageWriteFailed: (error, waiting) => {
      told.push(`${String(error)}; ${waiting} waiting`);
      failed.resolve();
    },
  };
  const store = await openStore(`sqlite:${path}`, { usageObserver });
  const other = new DatabaseSync(path);
  onTestFinished(async () => {
    other.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const readIds = () =>
    other
      .prepare("select id from usage_records order by rowid")
      .all()
      .map(({ id }) => id);
  return { ...store, store, other, told, failed: failed.promise, readIds };
}

const ids = (count: number) => usageRecords(count).map(({ id }) => id);

test("a record is read as it was written", async () => {
  const { usage, usageReports } = await setUp();
  const known = usageRecord(2);
  const unknown = usageRecord(1, {
    model: null,
    provider: null,
    deploymentId: null,
    firstChunkMs: null,
    outcome: "rejected",
    isStream: false,
    inputTokens: null,
    cachedInputTokens: null,
    outputTokens: null,
    source: "none",
    isSuspect: true,
    costNanoUsd: null,
  });
  usage.record(unknown);
  usage.record(known);
  await usage.flush();
  expect(await usageReports.listUsage({})).toEqual({ records: [known, unknown], isComplete: true });
});

test("a list is of one organisation, since a time, and of so many", async () => {
  const { usage, usageReports } = await setUp();
  const records = usageRecords(USAGE_LISTED_MAX);
  for (const record of records) usage.record(record);
  usage.record(usageRecord(-1, { organizationId: "org_2" }));
  await usage.flush();
  const list = async (filter: UsageFilter) => {
    const { records: listed, isComplete } = await usageReports.listUsage(filter);
    return [listed.length, listed[0]?.id, isComplete];
  };
  expect(await list({})).toEqual([USAGE_LISTED_MAX, "usage-999", false]);
  expect(await list({ limit: USAGE_LISTED_MAX + 1 })).toEqual([1_000, "usage-999", false]);
  expect(await list({ limit: 2 })).toEqual([2, "usage-999", false]);
  expect(await list({ organizationId: "org_1" })).toEqual([1_000, "usage-999", true]);
  expect(await list({ organizationId: "org_2" })).toEqual([1, "usage--1", true]);
  const sinceEpochMs = usageRecord(990).startedAtEpochMs;
  expect(await list({ sinceEpochMs })).toEqual([10, "usage-999", true]);
  expect(await list({ sinceEpochMs, organizationId: "org_2" })).toEqual([0, undefined, true]);
});

test("records sent again are written once, and stay as they were", async () => {
  const { usage, usageReports, readIds } = await setUp();
  for (const record of usageRecords(150)) usage.record(record);
  await usage.flush();
  for (const { id } of usageRecords(200)) usage.record(usageRecord(0, { id, outputTokens: 7 }));
  await usage.flush();
  expect(readIds()).toEqual(ids(200));
  const { records } = await usageReports.listUsage({});
  expect(records.filter(({ outputTokens }) => outputTokens === 7)).toHaveLength(50);
});

test("while somebody else is writing, records wait and keys are still looked up", async () => {
  const { usage, keys, keyAdministration, other, readIds, told } = await setUp();
  const { keyId } = await keyAdministration.createKey({
    organization: "acme",
    workspace: "main",
    name: "ci",
    keyHash: "a1",
    keyHint: "sk-…1",
  });
  other.exec("begin immediate");
  for (const record of usageRecords(250)) usage.record(record);
  const flushed = usage.flush();
  for (let turn = 0; turn < 20; turn++) {
    expect(await keys.findPrincipal("a1")).toMatchObject({ keyId });
  }
  expect(readIds()).toEqual([]);
  for (const record of usageRecords(10, 250)) usage.record(record);
  other.exec("commit");
  await flushed;
  await usage.flush();
  expect(readIds()).toEqual(ids(260));
  expect(told).toEqual([]);
});

test("records are written while the event loop stands still", async () => {
  const { usage, readIds } = await setUp();
  usage.record(usageRecord(0));
  await usage.flush();
  for (const record of usageRecords(BATCHES_UNDER_WAY_MAX * BATCH_RECORDS_MAX, 1)) {
    usage.record(record);
  }
  // Promises go on, sockets, timers and the answers of threads do not.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  const standing = new Int32Array(new SharedArrayBuffer(4));
  const written = 1 + BATCHES_UNDER_WAY_MAX * BATCH_RECORDS_MAX;
  for (let look = 0; look < 500 && readIds().length < written; look++) {
    Atomics.wait(standing, 0, 0, 10);
  }
  expect(readIds()).toEqual(ids(written));
  await usage.flush();
});

test("a store that fails gets its records when it is well again", async () => {
  const { usage, other, readIds, told, failed } = await setUp();
  other.exec("alter table usage_records rename to lost_and_found");
  for (const record of usageRecords(250)) usage.record(record);
  await failed;
  expect(told[0]).toContain("no such table: usage_records; 250 waiting");
  other.exec("alter table lost_and_found rename to usage_records");
  await usage.flush();
  expect(readIds()).toEqual(ids(250));
});

test("a record that is none does not hold up the others", async () => {
  const { usage, readIds, told } = await setUp();
  usage.record(usageRecord(0));
  usage.record(usageRecord(1, { inputTokens: Number.NaN }));
  usage.record(usageRecord(1, { outputTokens: 1e308 }));
  usage.record(usageRecord(1));
  await usage.flush();
  expect(readIds()).toEqual(ids(2));
  expect(told).toEqual(["lost 1: unwritable", "lost 1: unwritable"]);
});

test("closing writes what is left, and then nothing is taken any more", async () => {
  const { store, usage, readIds, told } = await setUp();
  for (const record of usageRecords(250)) usage.record(record);
  const closed = store.close();
  usage.record(usageRecord(250));
  await closed;
  expect(readIds()).toEqual(ids(250));
  expect(told).toEqual(["lost 1: closed"]);
});
