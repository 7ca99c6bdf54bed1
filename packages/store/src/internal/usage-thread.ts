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
  /** Begun by the first batch: most programs record no usage. */
  #opening: Promise<SqliteThread> | undefined;

  /** @param path Of a file, whose tables are there. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Writes all of the rows or none, after those of the calls before. @throws {StoreError} */
  async insert(rows: readonly UsageRowText[]): Promise<void> {
    const thread = await (this.#opening ??= this.#open());
    const parameters = [toUsageParameter(rows)];
    await thread.execute({ type: "run", sql: INSERT_USAGE, parameters });
  }

  /** Lets go of the database when what was handed over is done. Does not wait long for that. */
  async close(): Promise<void> {
    const closing = this.#opening?.then((thread) => thread.close());
    const given = new AbortController();
    const { signal } = given;
    // Whoever handed a batch over has been told already.
    await Promise.race([closing, sleep(CLOSE_MS, undefined, { signal })]).catch(() => undefined);
    given.abort();
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
