import { Worker } from "node:worker_threads";
import { Kysely, sql } from "kysely";
import { expect, onTestFinished, test, vi } from "vitest";
import { StoreError } from "../store-error.ts";
import { SqliteWorkerDialect, WAITING_MAX } from "./sqlite-dialect.ts";

interface Tables {
  counters: { name: string; value: number };
}

async function openCounters(): Promise<Kysely<Tables>> {
  const db = new Kysely<Tables>({ dialect: new SqliteWorkerDialect(":memory:") });
  onTestFinished(() => db.destroy());
  await sql`create table counters (name text primary key, value integer not null)`.execute(db);
  await db.insertInto("counters").values({ name: "a", value: 0 }).execute();
  return db;
}

const readCounters = (db: Kysely<Tables>) =>
  db.selectFrom("counters").selectAll().orderBy("name").execute();

test("rows are plain objects and writes are counted", async () => {
  const db = await openCounters();
  expect(await readCounters(db)).toEqual([{ name: "a", value: 0 }]);
  const [update] = await db.updateTable("counters").set({ value: 7 }).execute();
  expect(update?.numUpdatedRows).toBe(1n);
  const inserted = db.insertInto("counters").values({ name: "b", value: 8 }).returning("value");
  expect(await inserted.executeTakeFirst()).toEqual({ value: 8 });
});

test("an error tells what is wrong and no parameter", async () => {
  const db = await openCounters();
  await db.insertInto("counters").values({ name: "secret", value: 0 }).execute();
  const error = await db
    .insertInto("counters")
    .values({ name: "secret", value: 0 })
    .execute()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreError);
  expect(String(error)).toContain("UNIQUE constraint failed: counters.name");
  expect(String(error)).not.toContain("secret");
});

test("a parameter that SQL has no type for is a bug", async () => {
  const db = await openCounters();
  await expect(sql`select ${true}`.execute(db)).rejects.toThrow("parameter of type boolean");
});

test("a query without an end is stopped", async () => {
  const db = await openCounters();
  const endless = sql`with recursive n (i) as (select 1 union all select i + 1 from n) select i from n`;
  await expect(endless.execute(db)).rejects.toThrow("more than 100000 rows");
  expect(await readCounters(db)).toHaveLength(1);
});

test("a transaction has the connection alone until it ends", async () => {
  const db = await openCounters();
  const increment = () =>
    db.transaction().execute(async (transaction) => {
      const [counter] = await readCounters(transaction);
      await transaction.updateTable("counters").set({ value: -1 }).execute();
      const value = (counter?.value ?? 0) + 1;
      await transaction.updateTable("counters").set({ value }).execute();
    });
  const seen = await Promise.all(
    Array.from({ length: 20 }, async () => {
      await increment();
      return (await readCounters(db))[0]?.value;
    }),
  );
  expect(seen).not.toContain(-1);
  expect(await readCounters(db)).toEqual([{ name: "a", value: 20 }]);
});

test("a transaction that throws leaves nothing behind", async () => {
  const db = await openCounters();
  const failing = db.transaction().execute(async (transaction) => {
    await transaction.updateTable("counters").set({ value: 1 }).execute();
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await readCounters(db)).toEqual([{ name: "a", value: 0 }]);
});

test("where SQLite rolls back by itself, its reason is what is reported", async () => {
  const db = await openCounters();
  const failing = db.transaction().execute(async (transaction) => {
    await sql`insert or rollback into counters values ('a', 1)`.execute(transaction);
  });
  await expect(failing).rejects.toThrow("UNIQUE constraint failed");
  await db.transaction().execute(readCounters);
});

test("only so many may wait", async () => {
  const db = await openCounters();
  const results = await Promise.allSettled(
    Array.from({ length: WAITING_MAX + 2 }, () => readCounters(db)),
  );
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason).toEqual(
    new StoreError(`The store is overloaded: ${WAITING_MAX} statements are waiting.`),
  );
  expect(await readCounters(db)).toHaveLength(1);
});

test("when the thread dies, what waits for it fails, and so does what comes later", async () => {
  const db = await openCounters();
  const posting = vi.spyOn(Worker.prototype, "postMessage");
  onTestFinished(() => posting.mockRestore());
  posting.mockImplementationOnce(function die(this: Worker): void {
    setImmediate(() => {
      this.emit("error", new Error("out of memory"));
      void this.terminate();
    });
  });
  const results = await Promise.allSettled([
    db.transaction().execute(readCounters),
    readCounters(db),
    db.transaction().execute(readCounters),
  ]);
  const stopped = {
    message: "The SQLite thread has stopped.",
    code: "STORE_THREAD_STOPPED",
    cause: { message: "out of memory" },
  };
  expect(results).toMatchObject(results.map(() => ({ status: "rejected", reason: stopped })));
  await expect(readCounters(db)).rejects.toMatchObject(stopped);
});
