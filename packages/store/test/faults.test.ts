/**
 * What the probes say about real files that somebody or something has broken.
 */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely, sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { migrate } from "../src/internal/migrate.ts";
import { SqliteWorkerDialect } from "../src/internal/sqlite-dialect.ts";
import { createStoreProbes } from "../src/internal/store-probes.ts";
import type { StoreProbes } from "../src/internal/store-probes.ts";
import type { StoreTables } from "../src/internal/store-tables.ts";
import { insertUsage } from "../src/internal/usage-queries.ts";
import { toUsageRowText } from "../src/internal/usage-records-table.ts";
import { openStore } from "../src/open-store.ts";
import { usageRecord, usageRecords } from "./usage-record.ts";

const PAGE_BYTES = 4_096;

function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "store.db");
}

interface Rig {
  readonly db: Kysely<StoreTables>;
  readonly path: string;
  readonly probes: StoreProbes;
  /** On the connection of the store. */
  readonly execute: (statement: string) => Promise<unknown>;
}

async function setUp(): Promise<Rig> {
  const path = temporaryPath();
  const db = new Kysely<StoreTables>({ dialect: new SqliteWorkerDialect(path) });
  onTestFinished(() => db.destroy());
  await migrate(db);
  // A clock that stands still would write what is there already.
  let nowEpochMs = 0;
  const probes = await createStoreProbes({ db, path, nowEpochMs: () => ++nowEpochMs });
  return { db, path, probes, execute: (statement) => sql.raw(statement).execute(db) };
}

/** What each probe says: its code, or that it passes. */
async function sayings(probes: StoreProbes): Promise<object> {
  return {
    file: await say(probes.file()),
    read: await say(probes.read()),
    write: await say(probes.write()),
  };
}

async function say(tried: Promise<void>): Promise<unknown> {
  try {
    await tried;
    return "passes";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

const ALL_PASS = { file: "passes", read: "passes", write: "passes" };

test("a store that is well passes", async () => {
  const { probes } = await setUp();
  expect(await sayings(probes)).toEqual(ALL_PASS);
  expect(await sayings(probes)).toEqual(ALL_PASS);
});

test("a database in memory is in no file", async () => {
  const db = new Kysely<StoreTables>({ dialect: new SqliteWorkerDialect(":memory:") });
  onTestFinished(() => db.destroy());
  await migrate(db);
  const probes = await createStoreProbes({ db, path: undefined, nowEpochMs: Date.now });
  expect(await sayings(probes)).toEqual(ALL_PASS);
});

test("a full disk is found by what needs room: usage records, and not the one row of a trial", async () => {
  const { db, path, probes, execute } = await setUp();
  await probes.write();
  await execute("pragma wal_checkpoint(truncate)");
  await execute(`pragma max_page_count = ${statSync(path).size / PAGE_BYTES}`);
  const rows = usageRecords(100).flatMap((record) => toUsageRowText(record) ?? []);
  await expect(insertUsage(db, rows)).rejects.toMatchObject({ code: "SQLITE_FULL" });
  expect(await sayings(probes)).toEqual(ALL_PASS);
});

test("a database that may not be written is found by writing", async () => {
  const { probes, execute } = await setUp();
  await execute("pragma query_only = true");
  expect(await sayings(probes)).toEqual({ ...ALL_PASS, write: "SQLITE_READONLY" });
  await execute("pragma query_only = false");
  expect(await sayings(probes)).toEqual(ALL_PASS);
});

test("a file that is overwritten is found by reading, small as it is", async () => {
  const { path, probes, execute } = await setUp();
  await execute("pragma wal_checkpoint(truncate)");
  expect(await sayings(probes)).toMatchObject({ read: "passes" });
  await execute("pragma wal_checkpoint(truncate)");
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(statSync(path).size - PAGE_BYTES, 0xa5), 0, undefined, PAGE_BYTES);
  closeSync(file);
  expect(await sayings(probes)).toEqual({
    file: "passes",
    read: "SQLITE_CORRUPT",
    write: "SQLITE_CORRUPT",
  });
});

test("a database that somebody else keeps locked can be read and not written", async () => {
  const { path, probes } = await setUp();
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec("begin exclusive");
  // It takes as long as the store waits for others.
  expect(await sayings(probes)).toEqual({ ...ALL_PASS, write: "SQLITE_BUSY" });
  other.exec("rollback");
  expect(await sayings(probes)).toEqual(ALL_PASS);
}, 20_000);

test("a file that is deleted is noticed, though everything else goes on working", async () => {
  const { path, probes } = await setUp();
  rmSync(path);
  expect(await sayings(probes)).toEqual({ ...ALL_PASS, file: "STORE_FILE_DELETED" });
});

test("a file that is replaced is noticed, even by a copy of itself", async () => {
  const { path, probes, execute } = await setUp();
  await execute("pragma wal_checkpoint(truncate)");
  copyFileSync(path, `${path}.copy`);
  renameSync(`${path}.copy`, path);
  expect(await sayings(probes)).toEqual({ ...ALL_PASS, file: "STORE_FILE_REPLACED" });
});

test("a path that cannot be looked at says why, and not that the file is gone", async () => {
  const { path, probes } = await setUp();
  const folder = join(path, "..");
  renameSync(folder, `${folder}.away`);
  closeSync(openSync(folder, "wx"));
  onTestFinished(() => rmSync(`${folder}.away`, { recursive: true }));
  expect(await sayings(probes)).toMatchObject({ file: "ENOTDIR" });
});

test("an opened store is watched: its file, and what becomes of its usage records", async () => {
  const path = temporaryPath();
  const told: string[] = [];
  const store = await openStore(`sqlite:${path}`, {
    observer: { storeCheckChanged: (check, state) => told.push(`${check} ${state.type}`) },
  });
  onTestFinished(() => store.close());
  rmSync(path);
  store.monitor.check();
  await expect.poll(() => told).toEqual(["file lost"]);
  expect(store.monitor.health).toMatchObject({
    file: { type: "lost", error: { code: "STORE_FILE_DELETED" } },
    read: { type: "passing" },
    write: { type: "passing" },
    records: { type: "passing" },
  });
});

test("usage records that an opened store cannot write make its check fail", async () => {
  const path = temporaryPath();
  let nowMs = 0;
  const store = await openStore(`sqlite:${path}`, { clock: { nowMs: () => (nowMs += 2_000) } });
  const other = new DatabaseSync(path);
  onTestFinished(async () => {
    await store.close();
    other.close();
  });
  other.exec("alter table usage_records rename to elsewhere");
  store.usage.record(usageRecord(1));
  await expect
    .poll(() => store.monitor.health.records, { timeout: 10_000 })
    .toMatchObject({ type: "failing", error: { code: "SQLITE_ERROR" } });
  other.exec("alter table elsewhere rename to usage_records");
  await store.usage.flush();
  expect(store.monitor.health.records).toEqual({ type: "passing" });
});
