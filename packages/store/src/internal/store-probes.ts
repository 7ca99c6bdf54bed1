/**
 * Tries out what a gateway needs of its store, by doing it.
 */
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import { StoreLostError } from "./store-lost-error.ts";
import type { StoreTables } from "./store-tables.ts";

export interface StoreProbes {
  /** @throws {StoreLostError} when it is gone; something else when that cannot be found out. */
  file(): Promise<void>;
  /** @throws {StoreError} */
  read(): Promise<void>;
  /** @throws {StoreError} */
  write(): Promise<void>;
}

export interface StoreProbesOptions {
  readonly db: Kysely<StoreTables>;
  /** Of a database that is open; `undefined` for one that is in no file. */
  readonly path: string | undefined;
  readonly nowEpochMs: () => number;
}

export async function createStoreProbes({
  db,
  path,
  nowEpochMs,
}: StoreProbesOptions): Promise<StoreProbes> {
  return {
    file: path === undefined ? async () => {} : await createFindFile(path),
    read: () => read(db),
    write: () => write(db, nowEpochMs()),
  };
}

/**
 * The file is looked at and never opened: closing any descriptor of it would drop every lock that the
 * process has on it (https://www.sqlite.org/howtocorrupt.html §2.2).
 */
async function createFindFile(path: string): Promise<() => Promise<void>> {
  const opened = await stat(path, { bigint: true });
  return async () => {
    const found = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw isMissing(error) ? lostFile("STORE_FILE_DELETED") : error;
    });
    const isSame = found.dev === opened.dev && found.ino === opened.ino;
    if (!isSame) throw lostFile("STORE_FILE_REPLACED");
  };
}

/** The database that is open is not the one at its path: nobody else sees what is written to it. */
function lostFile(code: "STORE_FILE_DELETED" | "STORE_FILE_REPLACED"): StoreLostError {
  return new StoreLostError("The file of the database has been deleted or replaced.", { code });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/**
 * Looks a key up that nobody has, each time along another way through the index. SQLite would take the
 * pages of a small database from its memory and notice nothing, so it has to forget them first; they are
 * read again from the cache of the system, in microseconds.
 */
async function read(db: Kysely<StoreTables>): Promise<void> {
  await sql`pragma shrink_memory`.execute(db);
  const keyHash = randomBytes(32).toString("hex");
  await db.selectFrom("api_keys").select("id").where("key_hash", "=", keyHash).execute();
}

/**
 * Something new each time: SQLite does not write what is there already. On a full disk it may still find
 * room, because the log for writing is used again; usage records then do not.
 */
async function write(db: Kysely<StoreTables>, nowEpochMs: number): Promise<void> {
  await db
    .insertInto("store_checks")
    .values({ id: 1, written_at_ms: nowEpochMs })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ written_at_ms: nowEpochMs }))
    .execute();
}
