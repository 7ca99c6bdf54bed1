import { mkdtempSync, openSync, closeSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { StoreError } from "../store-error.ts";
import { SqliteBusyError } from "./sqlite-busy-error.ts";
import { sqliteCodeOf } from "./sqlite-codes.ts";
import { SqliteWorkerDialect } from "./sqlite-dialect.ts";

interface Rig {
  readonly path: string;
  readonly execute: (statement: string) => Promise<unknown>;
}

/** A table of 100 rows of 1,000 bytes in a file, all of it in the file itself. */
async function openRows(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  const path = join(folder, "store.db");
  const db = new Kysely<unknown>({ dialect: new SqliteWorkerDialect(path) });
  onTestFinished(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });
  const execute = (statement: string) => sql.raw(statement).execute(db);
  await execute("create table rows (n integer primary key, text not null)");
  await execute(`with recursive n (i) as (select 1 union all select i + 1 from n limit 100)
    insert into rows select i, hex(zeroblob(500)) from n`);
  await execute("pragma wal_checkpoint(truncate)");
  return { path, execute };
}

const INSERT = "insert into rows (text) values (hex(zeroblob(5000)))";

const FAULTS: Array<[code: string, (rig: Rig) => Promise<unknown>]> = [
  [
    "SQLITE_FULL",
    async ({ execute }) => {
      await execute("pragma max_page_count = 1");
      return execute(INSERT);
    },
  ],
  [
    "SQLITE_READONLY",
    async ({ execute }) => {
      await execute("pragma query_only = true");
      return execute(INSERT);
    },
  ],
  [
    "SQLITE_CORRUPT",
    async ({ path, execute }) => {
      overwrite(path);
      await execute("pragma shrink_memory");
      return execute("select sum(length(text)) from rows");
    },
  ],
  ["SQLITE_CONSTRAINT", ({ execute }) => execute("insert into rows values (1, '')")],
  ["SQLITE_ERROR", ({ execute }) => execute("select * from nothing")],
];

/** All but the first page, which holds the header and the list of tables. */
function overwrite(path: string): void {
  const file = openSync(path, "r+");
  const pageBytes = 4_096;
  writeSync(file, Buffer.alloc(statSync(path).size - pageBytes, 0xa5), 0, undefined, pageBytes);
  closeSync(file);
}

test.each(FAULTS)("an error carries %s for the log", async (code, breakIt) => {
  const error = await breakIt(await openRows()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({ code });
});

test("so does one about a lock that was not let go in time", () => {
  expect(new SqliteBusyError()).toMatchObject({ code: "SQLITE_BUSY" });
});

test("what SQLite did not throw has no code of its", () => {
  expect(sqliteCodeOf(new Error("no"))).toBe(undefined);
  expect(sqliteCodeOf("no")).toBe(undefined);
  expect(sqliteCodeOf(Object.assign(new Error("no"), { errcode: "13" }))).toBe(undefined);
});

test("an extended code says its primary one, and one of a later SQLite its number", () => {
  // SQLITE_IOERR_FSYNC: 10 | 4 << 8.
  expect(sqliteCodeOf(Object.assign(new Error("no"), { errcode: 1034 }))).toBe("SQLITE_IOERR");
  expect(sqliteCodeOf(Object.assign(new Error("no"), { errcode: 99 }))).toBe("SQLITE_99");
});
