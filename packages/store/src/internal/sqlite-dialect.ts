/**
 * Kysely over node:sqlite in a thread of its own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { InvariantError } from "@slipstream/contracts/errors";
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type {
  CompiledQuery,
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
import type { SqliteResult, SqliteValue } from "./sqlite-messages.ts";
import { SqliteThread } from "./sqlite-thread.ts";
import { WaitingLine } from "./waiting-line.ts";

/**
 * How many statements and transactions may wait for the connection. A gateway has a handful: one for all
 * look-ups together, the changes of keys, a batch of usage records, the checks of the store. They get
 * their turn in order of arrival, so each waits for one statement of each of the others at most. With
 * more than this something asks without an end, and a longer line would only last longer.
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
  /** Statements and transactions that wait, outside the line, for somebody else to finish writing. */
  #busyWaiting = 0;
  #connection: SqliteWorkerConnection | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async init(): Promise<void> {
    const thread = await SqliteThread.open(this.#path);
    this.#connection = new SqliteWorkerConnection(thread, (attempt) => this.#untilFree(attempt));
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
   * fails, without any wait, when another process has written in between.
   */
  async beginTransaction(
    _connection: DatabaseConnection,
    { accessMode }: TransactionSettings,
  ): Promise<void> {
    await this.#opened().begin(accessMode);
  }

  async commitTransaction(): Promise<void> {
    await this.#opened().commit();
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

  /** While another process writes, others may use the connection: reading needs no lock. */
  async #untilFree<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let retry = 0; ; retry++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof SqliteBusyError) || retry === BUSY_RETRIES_MAX) throw error;
        await this.#letOthersGo();
      }
    }
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

/** Tries again until no other process writes. */
type UntilFree = <Result>(attempt: () => Promise<Result>) => Promise<Result>;

class SqliteWorkerConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;
  readonly #untilFree: UntilFree;
  #isInTransaction = false;

  constructor(thread: SqliteThread, untilFree: UntilFree) {
    this.#thread = thread;
    this.#untilFree = untilFree;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#run<Row>(sql, parameters.map(toSqliteValue));
    return changes === undefined ? { rows } : { rows, numAffectedRows: BigInt(changes) };
  }

  async #run<Row>(sql: string, parameters: readonly SqliteValue[]): Promise<SqliteResult<Row>> {
    const attempt = () => this.#thread.execute<Row>({ type: "run", sql, parameters });
    // Nobody else may come between the statements of a transaction.
    return this.#isInTransaction ? attempt() : this.#untilFree(attempt);
  }

  streamQuery(): never {
    throw new InvariantError("rows are not streamed: read them in pages");
  }

  async begin(accessMode: TransactionSettings["accessMode"]): Promise<void> {
    if (accessMode === "read only") await this.#run("begin", []);
    else await this.#untilFree(() => this.#thread.execute({ type: "begin" }));
    this.#isInTransaction = true;
  }

  async commit(): Promise<void> {
    await this.#run("commit", []);
    this.#isInTransaction = false;
  }

  async rollback(): Promise<void> {
    this.#isInTransaction = false;
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
