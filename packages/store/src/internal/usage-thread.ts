/**
 * A thread and a connection for usage records alone.
 *
 * Batches are handed over one behind the other without waiting for an answer, which would take a turn of
 * a busy event loop each: half a second with some thousand clients. And they wait for no look-up, nor
 * look-ups for them: in the write-ahead log, readers and the writer do not block each other.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SqliteThread } from "./sqlite-thread.ts";
import { INSERT_USAGE, toUsageParameter } from "./usage-queries.ts";
import type { UsageRowText } from "./usage-records-table.ts";

/**
 * How long a batch waits inside of SQLite while another process writes, which takes milliseconds, ms. Only
 * records wait meanwhile. The process cannot end for as long.
 */
const BUSY_TIMEOUT_MS = 500;
/** How long the end waits for batches that nobody waits for any more, ms. */
const CLOSE_MS = 500;

export class UsageThread {
  readonly #path: string;
  #opening: Promise<SqliteThread> | undefined;

  /** @param path Of a file, whose tables are there. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Begins to open the database, so that the first batch need not wait for it. */
  start(): void {
    this.#opened().catch(() => undefined);
  }

  /** Writes all of the rows or none, after those of the calls before. @throws {StoreError} */
  async insert(rows: readonly UsageRowText[]): Promise<void> {
    const thread = await this.#opened();
    const parameters = [toUsageParameter(rows)];
    await thread.execute({ type: "run", sql: INSERT_USAGE, parameters });
  }

  /** Lets go of the database when what was handed over is done. Does not wait long for that. */
  async close(): Promise<void> {
    const thread = await this.#opening?.catch(() => undefined);
    if (thread === undefined) return;
    const given = new AbortController();
    const { signal } = given;
    const closed = Promise.race([thread.close(), sleep(CLOSE_MS, undefined, { signal })]);
    // Whoever handed a batch over has been told already.
    await closed.catch(() => undefined);
    given.abort();
  }

  /** Tries again where it has failed before. */
  #opened(): Promise<SqliteThread> {
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<SqliteThread> {
    try {
      const thread = await SqliteThread.open(this.#path);
      const sql = `pragma busy_timeout = ${BUSY_TIMEOUT_MS}`;
      await thread.execute({ type: "run", sql, parameters: [] });
      return thread;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }
}
