/**
 * The near side of the SQLite thread: a promise for each command.
 */
import { Worker } from "node:worker_threads";
import { StoreError } from "../store-error.ts";
import { SqliteBusyError } from "./sqlite-busy-error.ts";
import { StoreLostError } from "./store-lost-error.ts";
import type { SqliteCommand, SqliteReply, SqliteRequest, SqliteResult } from "./sqlite-messages.ts";

interface Pending {
  /** `never`: only whoever asked knows what a row looks like. */
  readonly resolve: (result: SqliteResult<never>) => void;
  readonly reject: (error: StoreError) => void;
}

export class SqliteThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  /** Set when the thread is gone: why. */
  #stopped: StoreError | undefined;
  #lastId = 0;

  /** Starts a thread and opens the database at `path` in it, `:memory:` for one that is not kept. */
  static async open(path: string): Promise<SqliteThread> {
    const thread = new SqliteThread();
    try {
      await thread.execute({ type: "open", path });
    } catch (error) {
      await thread.#worker.terminate();
      throw error;
    }
    return thread;
  }

  private constructor() {
    this.#worker = new Worker(new URL("./sqlite-worker.ts", import.meta.url), {
      name: "sqlite",
      // What the process preloads, such as instrumentation, has no business in here.
      execArgv: [],
    });
    this.#worker.on("message", (reply: SqliteReply<never>) => this.#settle(reply));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    this.#worker.on("error", (cause) => this.#stop(cause));
    this.#worker.on("exit", () => {
      this.#stop(undefined);
      resolve();
    });
  }

  /** @throws {StoreError} */
  execute<Row>(command: SqliteCommand): Promise<SqliteResult<Row>> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    const request: SqliteRequest = { id: ++this.#lastId, command };
    return new Promise((resolve, reject) => {
      this.#worker.postMessage(request, []);
      this.#pending.set(request.id, { resolve, reject });
    });
  }

  /** Resolves when everything asked before is answered, the file is closed and the thread is gone. */
  async close(): Promise<void> {
    if (this.#stopped === undefined) await this.execute({ type: "close" });
    await this.#exited;
  }

  #settle(reply: SqliteReply<never>): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.type === "done") pending?.resolve(reply.result);
    else if (reply.type === "busy") pending?.reject(new SqliteBusyError());
    else pending?.reject(new StoreError(`SQLite: ${reply.message}`, { code: reply.code }));
  }

  #stop(cause: unknown): void {
    const code = "STORE_THREAD_STOPPED";
    this.#stopped ??= new StoreLostError("The SQLite thread has stopped.", { cause, code });
    for (const { reject } of this.#pending.values()) reject(this.#stopped);
    this.#pending.clear();
  }
}
