/**
 * The store: organisations, workspaces and keys in SQL.
 *
 * One set of tables and queries through Kysely. SQLite is the embedded default; it runs in a thread
 * of its own, so nothing here ever blocks the caller's.
 */
import { resolve } from "node:path";
import type { KeyStore } from "@slipstream/contracts/key-store";
import { Kysely, sql } from "kysely";
import { createDatabaseFile } from "./internal/database-file.ts";
import { createKeyAdministration } from "./internal/key-administration-queries.ts";
import { createKeyStore } from "./internal/key-queries.ts";
import { migrate } from "./internal/migrate.ts";
import { SqliteWorkerDialect } from "./internal/sqlite-dialect.ts";
import type { StoreTables } from "./internal/store-tables.ts";
import { parseStoreUrl } from "./internal/store-url.ts";
import type { StoreUrl } from "./internal/store-url.ts";
import type { KeyAdministration } from "./key-administration.ts";
import { StoreError } from "./store-error.ts";

export interface Store {
  readonly keys: KeyStore;
  readonly keyAdministration: KeyAdministration;
  /** Resolves when the store answers. @throws {StoreError} */
  ping(): Promise<void>;
  /** Finishes what was asked before and lets go of the database. Idempotent. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Milliseconds since 1970: what is written down, and what expiry is measured by. */
  readonly nowEpochMs?: () => number;
}

/**
 * Opens the store and brings its tables up to date. The caller closes it.
 *
 * @param url `sqlite:PATH`, relative to the working directory or absolute; file and folder are made
 *   where they are missing. `sqlite::memory:` is gone when it is closed.
 * @throws {StoreError}
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const { nowEpochMs = Date.now } = options;
  const db = await openDatabase(parseStoreUrl(url));
  return {
    keys: createKeyStore(db, nowEpochMs),
    keyAdministration: createKeyAdministration(db, nowEpochMs),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
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
