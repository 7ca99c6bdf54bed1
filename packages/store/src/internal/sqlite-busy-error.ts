import { StoreError } from "../store-error.ts";
import { SQLITE_BUSY } from "./sqlite-codes.ts";

/** Somebody else is writing to the file; nothing has been done. */
export class SqliteBusyError extends StoreError {
  constructor() {
    super("SQLite: somebody else is writing to the database", { code: SQLITE_BUSY });
  }
}
