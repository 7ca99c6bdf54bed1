import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** The owner only: the file holds hashes of keys, and who used what. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * Makes the file and its folder where they are missing. SQLite gives the files that it puts beside
 * it the same mode.
 *
 * Synchronous, so that no other store of this process opens the file before it is closed here:
 * closing any descriptor of a file drops every lock that the process has on it.
 * Source: https://www.sqlite.org/howtocorrupt.html §2.2
 */
export function createDatabaseFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  try {
    closeSync(openSync(path, "wx", FILE_MODE));
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
