/**
 * Kysely over node:sqlite in a thread of its own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { InvariantError } from "@slipstream/contracts/errors";
import { CompiledQuery, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type {
  DatabaseConnection,
  DatabaseIntrospector,
  Dialect,
  DialectAdapter,
  Driver,
  Kysely,
  QueryCompiler,
  QueryResult,
  TransactionSettings,
} from "kysely";
import { StoreError } from "../store-error.ts";
import { BUSY_RETRIES_MAX, BUSY_RETRY_INTERVAL_MS } from "./busy-timeout.ts";
import { SqliteBusyError } from "./sqlite-busy-error.ts";
import type { SqliteValue } from "./sqlite-messages.ts";
import { SqliteThread } from "./sqlite-thread.ts";
import { WaitingLine } from "./waiting-line.ts";

/**
 * How many statements and transactions may wait for the connection. A look-up takes about 0.3 ms, so
 * the last in line waits for 0.3 s; with more, an overload would only last longer.
 */
export const WAITING_MAX = 1_000;

export class SqliteWorkerDialect implements Dialect {
  readonly #path: string;

  /** @param path Of the file, or `:memory:`. */
  constructor(path: string) {
    this.#path = path;
  }

  createDriver(): Driver {
    return new SqliteWorkerDriver(this.#path);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SqliteWorkerAdapter();
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class SqliteWorkerAdapter extends SqliteAdapter {
  /** There is one, and our driver makes callers wait for it; Kysely's own queue has no bound. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** So that all migrations run in one transaction, which also keeps other processes out. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class SqliteWorkerDriver implements Driver {
  readonly #path: string;
  /** Whoever has the connection has it alone, a transaction until it ends. */
  readonly #line = new WaitingLine();
  /** Transactions that wait, outside the line, for somebody else to finish writing. */
  #busyWaiting = 0;
  #connection: SqliteWorkerConnection | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async init(): Promise<void> {
    this.#connection = new SqliteWorkerConnection(await SqliteThread.open(this.#path));
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = this.#opened();
    if (this.#line.length + this.#busyWaiting >= WAITING_MAX) {
      throw new StoreError(`The store is overloaded: ${WAITING_MAX} statements are waiting.`);
    }
    await this.#line.enter();
    return connection;
  }

  async releaseConnection(): Promise<void> {
    this.#line.leave();
  }

  /**
   * A transaction that may write takes the lock for writing at its begin. One that asks for it later
   * fails at once, without any wait, when another process has written in between. While another process
   * has the lock, others may use the connection: reading needs no lock.
   */
  async beginTransaction(
    connection: DatabaseConnection,
    { accessMode }: TransactionSettings,
  ): Promise<void> {
    if (accessMode === "read only") {
      await connection.executeQuery(CompiledQuery.raw("begin"));
      return;
    }
    for (let retry = 0; ; retry++) {
      try {
        return await this.#opened().begin();
      } catch (error) {
        if (!(error instanceof SqliteBusyError) || retry === BUSY_RETRIES_MAX) throw error;
        await this.#letOthersGo();
      }
    }
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(): Promise<void> {
    await this.#opened().rollback();
  }

  /** Waits for what was asked before. */
  async destroy(): Promise<void> {
    await this.#line.enter();
    while (this.#busyWaiting > 0) await this.#letOthersGo();
    await this.#connection?.close();
    this.#line.leave();
  }

  /** Leaves the line for a moment and gets into it again, at its end. */
  async #letOthersGo(): Promise<void> {
    this.#busyWaiting++;
    this.#line.leave();
    await sleep(BUSY_RETRY_INTERVAL_MS);
    await this.#line.enter();
    this.#busyWaiting--;
  }

  #opened(): SqliteWorkerConnection {
    if (this.#connection === undefined) throw new InvariantError("the driver is not initialised");
    return this.#connection;
  }
}

class SqliteWorkerConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#thread.execute<Row>({
      type: "run",
      sql,
      parameters: parameters.map(toSqliteValue),
    });
    return changes === undefined ? { rows } : { rows, numAffectedRows: BigInt(changes) };
  }

  streamQuery(): never {
    throw new InvariantError("rows are not streamed: read them in pages");
  }

  async begin(): Promise<void> {
    await this.#thread.execute({ type: "begin" });
  }

  async rollback(): Promise<void> {
    await this.#thread.execute({ type: "rollback" });
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }
}

function toSqliteValue(value: unknown): SqliteValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") {
    return value;
  }
  if (value === null || value instanceof Uint8Array) return value;
  throw new InvariantError(`a statement has a parameter of type ${typeof value}`);
}
