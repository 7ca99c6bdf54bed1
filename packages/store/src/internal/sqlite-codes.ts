/**
 * What SQLite calls its own failures.
 */

/**
 * Primary result codes from 1 on; extended ones say more about them in their higher bytes.
 * Source: https://www.sqlite.org/rescode.html §3
 */
const NAMES = [
  "SQLITE_ERROR",
  "SQLITE_INTERNAL",
  "SQLITE_PERM",
  "SQLITE_ABORT",
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
  "SQLITE_NOMEM",
  "SQLITE_READONLY",
  "SQLITE_INTERRUPT",
  "SQLITE_IOERR",
  "SQLITE_CORRUPT",
  "SQLITE_NOTFOUND",
  "SQLITE_FULL",
  "SQLITE_CANTOPEN",
  "SQLITE_PROTOCOL",
  "SQLITE_EMPTY",
  "SQLITE_SCHEMA",
  "SQLITE_TOOBIG",
  "SQLITE_CONSTRAINT",
  "SQLITE_MISMATCH",
  "SQLITE_MISUSE",
  "SQLITE_NOLFS",
  "SQLITE_AUTH",
  "SQLITE_FORMAT",
  "SQLITE_RANGE",
  "SQLITE_NOTADB",
] as const;

export const SQLITE_BUSY = "SQLITE_BUSY";

const PRIMARY_CODE = 0xff;

/** @returns the name of the primary code, e.g. `SQLITE_FULL`; `undefined` when SQLite did not throw this. */
export function sqliteCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  const { errcode } = error;
  if (typeof errcode !== "number") return undefined;
  return NAMES[(errcode & PRIMARY_CODE) - 1] ?? `SQLITE_${errcode}`;
}
