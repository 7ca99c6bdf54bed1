import { StoreError } from "../store-error.ts";

export type StoreUrl =
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "memory" };

/** `?` and `#` would be a query or a fragment, and `//` a host: nobody means those literally. */
const FILE_URL = /^sqlite:(?!\/\/)(?<path>[^?#]+)$/;

/** @throws {StoreError} that lists what is accepted and never repeats the URL: it may hold a password. */
export function parseStoreUrl(url: string): StoreUrl {
  if (url === "sqlite::memory:") return { type: "memory" };
  const path = FILE_URL.exec(url)?.groups?.["path"];
  if (path === undefined || path.startsWith(":")) {
    throw new StoreError(
      "The store URL is not one of: sqlite:PATH (relative to the working directory, or absolute), " +
        "sqlite::memory:",
    );
  }
  return { type: "file", path };
}
