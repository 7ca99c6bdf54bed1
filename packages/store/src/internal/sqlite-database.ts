/**
 * How we open SQLite. Blocking: for the SQLite thread only.
 */
import { DatabaseSync } from "node:sqlite";
import { BUSY_RETRIES_MAX, BUSY_RETRY_INTERVAL_MS, BUSY_TIMEOUT_MS } from "./busy-timeout.ts";
import { SQLITE_BUSY, sqliteCodeOf } from "./sqlite-codes.ts";

/**
 * Readers and the one writer do not block each other (write-ahead log), and what was committed
 * survives a loss of power (synchronous = full; `normal` would lose the last commits): a revoked key
 * must not come back and a settled record must not vanish. That is one fsync per commit.
 *
 * What finds somebody else writing from then on fails at once, with `SQLITE_BUSY`.
 */
export function openSqliteDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  });
  useWriteAheadLog(database);
  database.exec("pragma synchronous = full");
  // Waiting is done where it keeps nobody else from reading, not in here.
  database.exec("pragma busy_timeout = 0");
  return database;
}

/** Two processes that change the journal of a new file at once are told "busy" without any wait. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let retry = 0; ; retry++) {
    try {
      database.exec("pragma journal_mode = wal");
      return;
    } catch (error) {
      if (sqliteCodeOf(error) !== SQLITE_BUSY || retry === BUSY_RETRIES_MAX) throw error;
      sleepBlocking(BUSY_RETRY_INTERVAL_MS);
    }
  }
}

function sleepBlocking(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
