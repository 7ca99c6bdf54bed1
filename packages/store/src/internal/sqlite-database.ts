/**
 * How we open SQLite. Blocking: for the SQLite thread only.
 */
import { DatabaseSync } from "node:sqlite";

/**
 * Several processes use one file, the gateway and the `keys` command for example. A write of one
 * takes milliseconds, so whoever waits longer than this waits for something broken.
 */
const BUSY_TIMEOUT_MS = 5_000;
const RETRY_INTERVAL_MS = 10;
const RETRIES_MAX = BUSY_TIMEOUT_MS / RETRY_INTERVAL_MS;
/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/**
 * Readers and the one writer do not block each other (write-ahead log), and what was committed
 * survives a loss of power (synchronous = full; `normal` would lose the last commits): a revoked key
 * must not come back and a settled record must not vanish. That is one fsync per commit.
 */
export function openSqliteDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  });
  useWriteAheadLog(database);
  database.exec("pragma synchronous = full");
  return database;
}

/** Two processes that change the journal of a new file at once are told "busy" without any wait. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let retry = 0; ; retry++) {
    try {
      database.exec("pragma journal_mode = wal");
      return;
    } catch (error) {
      if (!isBusy(error) || retry === RETRIES_MAX) throw error;
      sleepBlocking(RETRY_INTERVAL_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}

function sleepBlocking(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
