/**
 * The store: organisations, workspaces, keys and usage records in SQL.
 *
 * One set of tables and queries through Kysely. SQLite is the embedded default; it runs in a thread
 * of its own, so nothing here ever blocks the caller's.
 */
import { resolve } from "node:path";
import type { KeyStore } from "@slipstream/contracts/key-store";
import type { UsageSink, UsageSinkObserver } from "@slipstream/contracts/usage-record";
import { Kysely, sql } from "kysely";
import { createDatabaseFile } from "./internal/database-file.ts";
import { createKeyAdministration } from "./internal/key-administration-queries.ts";
import { createKeyStore } from "./internal/key-queries.ts";
import { migrate } from "./internal/migrate.ts";
import { SqliteWorkerDialect } from "./internal/sqlite-dialect.ts";
import type { StoreTables } from "./internal/store-tables.ts";
import { parseStoreUrl } from "./internal/store-url.ts";
import type { StoreUrl } from "./internal/store-url.ts";
import { createUsageReports, insertUsage } from "./internal/usage-queries.ts";
import type { InsertUsage } from "./internal/usage-queries.ts";
import { UsageThread } from "./internal/usage-thread.ts";
import { UsageWriter } from "./internal/usage-writer.ts";
import type { KeyAdministration } from "./key-administration.ts";
import { StoreError } from "./store-error.ts";
import type { UsageReports } from "./usage-reports.ts";

export interface Store {
  readonly keys: KeyStore;
  readonly keyAdministration: KeyAdministration;
  /** Written in batches, within a fifth of a second; `flush` says when. */
  readonly usage: UsageSink;
  readonly usageReports: UsageReports;
  /** Resolves when the store answers. @throws {StoreError} */
  ping(): Promise<void>;
  /**
   * Finishes what was asked before and lets go of the database. Idempotent.
   *
   * @param usageMs How long usage records that wait are tried to be written; as long as in `flush` when
   *   left out. Those that are left are lost, which the `UsageSinkObserver` is told.
   */
  close(usageMs?: number): Promise<void>;
}

export interface StoreOptions {
  /** Milliseconds since 1970: what is written down, and what expiry is measured by. */
  readonly nowEpochMs?: () => number;
  /** Needed by whoever records usage. */
  readonly usageObserver?: UsageSinkObserver;
}

/** For programs that record none, such as the one that makes keys. */
const NOBODY: UsageSinkObserver = { usageLost() {}, usageWriteFailed() {} };

/**
 * Opens the store and brings its tables up to date. The caller closes it.
 *
 * @param url `sqlite:PATH`, relative to the working directory or absolute; file and folder are made
 *   where they are missing. `sqlite::memory:` is gone when it is closed.
 * @throws {StoreError}
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const { nowEpochMs = Date.now, usageObserver = NOBODY } = options;
  const place = parseStoreUrl(url);
  const db = await openDatabase(place);
  // What is in memory only, another connection would not see.
  const thread = place.type === "file" ? new UsageThread(resolve(place.path)) : undefined;
  // Most programs record none.
  if (options.usageObserver !== undefined) thread?.start();
  const insert: InsertUsage = (rows) => thread?.insert(rows) ?? insertUsage(db, rows);
  const usage = new UsageWriter({ insert, observer: usageObserver });

  async function release(usageMs?: number): Promise<void> {
    await usage.close(usageMs);
    await thread?.close();
    await db.destroy();
  }
  let released: Promise<void> | undefined;
  return {
    keys: createKeyStore(db, nowEpochMs),
    keyAdministration: createKeyAdministration(db, nowEpochMs),
    usage,
    usageReports: createUsageReports(db),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: (usageMs) => (released ??= release(usageMs)),
  };
}

async function openDatabase(url: StoreUrl): Promise<Kysely<StoreTables>> {
  const path = url.type === "file" ? resolve(url.path) : ":memory:";
  const db = new Kysely<StoreTables>({ dialect: new SqliteWorkerDialect(path) });
  try {
    if (url.type === "file") createDatabaseFile(path);
    await migrate(db);
    return db;
  } catch (cause) {
    await db.destroy();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError(`The database ${path} cannot be opened: ${reason}`, { cause });
  }
}
