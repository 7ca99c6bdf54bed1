export interface StoreErrorOptions extends ErrorOptions {
  /** Why, in one word for the log, which writes no messages: SQLite's own, e.g. `SQLITE_FULL`. */
  readonly code?: string | undefined;
}

/**
 * The store cannot answer. The message is for operators; it holds no parameter of a statement.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** E.g. `SQLITE_READONLY`; `undefined` where the database itself did not say anything. */
  readonly code: string | undefined;

  constructor(message: string, { code, ...options }: StoreErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}
