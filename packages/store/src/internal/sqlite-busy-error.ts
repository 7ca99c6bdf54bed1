import { StoreError } from "../store-error.ts";

/** Somebody else is writing to the file; nothing has been done. */
export class SqliteBusyError extends StoreError {
  constructor() {
    super("SQLite: somebody else is writing to the database");
  }
}
