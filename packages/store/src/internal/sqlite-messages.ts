/**
 * What crosses the border between a thread and its SQLite thread: plain data, one reply per request,
 * in order.
 */
export type SqliteValue = null | number | bigint | string | Uint8Array;

export type SqliteCommand =
  /** First, once. */
  | { readonly type: "open"; readonly path: string }
  /** Answered `busy` at once where it would write while somebody else does. */
  | { readonly type: "run"; readonly sql: string; readonly parameters: readonly SqliteValue[] }
  /** A transaction that may write. Answered `busy` at once while somebody else has one. */
  | { readonly type: "begin" }
  /** Also when SQLite has rolled back by itself, as it does when the disk is full. */
  | { readonly type: "rollback" }
  /** Last; the thread ends after it. */
  | { readonly type: "close" };

export interface SqliteRequest {
  readonly id: number;
  readonly command: SqliteCommand;
}

export interface SqliteResult<Row> {
  readonly rows: Row[];
  /** Rows written; `undefined` for a statement that returns rows. */
  readonly changes: number | undefined;
}

export type SqliteReply<Row> =
  | { readonly type: "done"; readonly id: number; readonly result: SqliteResult<Row> }
  /** Somebody else is writing to the file. */
  | { readonly type: "busy"; readonly id: number }
  | {
      readonly type: "failed";
      readonly id: number;
      readonly message: string;
      /** E.g. `SQLITE_FULL`; `undefined` when it was not SQLite that failed. */
      readonly code: string | undefined;
    };
