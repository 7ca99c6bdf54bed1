/**
 * The SQLite thread: node:sqlite blocks, so it runs here and never where bytes are moved. One
 * database, one request at a time. Started by sqlite-thread.ts.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { parentPort } from "node:worker_threads";
import { InvariantError } from "@slipstream/contracts/errors";
import { SQLITE_BUSY, sqliteCodeOf } from "./sqlite-codes.ts";
import { openSqliteDatabase } from "./sqlite-database.ts";
import type { SqliteCommand, SqliteReply, SqliteRequest, SqliteResult } from "./sqlite-messages.ts";

type Row = Record<string, SQLOutputValue>;
/**
 * More is a query without a limit. It has to be stopped here: a thread that runs out of memory inside
 * SQLite takes the whole process with it.
 */
const ROWS_MAX = 100_000;
const NO_RESULT: SqliteResult<Row> = { rows: [], changes: undefined };

const port = parentPort;
if (port === null) throw new InvariantError("sqlite-worker runs outside a worker thread");

let database: DatabaseSync | undefined;

port.on("message", ({ id, command }: SqliteRequest) => {
  port.postMessage(reply(id, command));
  if (command.type === "close") port.close();
});

function reply(id: number, command: SqliteCommand): SqliteReply<Row> {
  try {
    return { type: "done", id, result: execute(command) };
  } catch (error) {
    const code = sqliteCodeOf(error);
    if (code === SQLITE_BUSY) return { type: "busy", id };
    const message = error instanceof Error ? error.message : String(error);
    return { type: "failed", id, message, code };
  }
}

function execute(command: SqliteCommand): SqliteResult<Row> {
  if (command.type === "open") {
    database = openSqliteDatabase(command.path);
    return NO_RESULT;
  }
  if (database === undefined) throw new InvariantError("the SQLite database is not open");
  switch (command.type) {
    case "run":
      return run(database, command);
    case "begin":
      database.exec("begin immediate");
      return NO_RESULT;
    case "rollback":
      if (database.isTransaction) database.exec("rollback");
      return NO_RESULT;
    case "close":
      database.close();
      return NO_RESULT;
  }
}

function run(
  open: DatabaseSync,
  { sql, parameters }: SqliteCommand & { type: "run" },
): SqliteResult<Row> {
  const statement = open.prepare(sql);
  if (statement.columns().length === 0) {
    return { rows: [], changes: Number(statement.run(...parameters).changes) };
  }
  const rows: Row[] = [];
  for (const row of statement.iterate(...parameters)) {
    if (rows.length === ROWS_MAX) throw new InvariantError(`more than ${ROWS_MAX} rows`);
    rows.push(row);
  }
  return { rows, changes: undefined };
}
