import { expect, test } from "vitest";
import { parseStoreUrl } from "./store-url.ts";

test.each([
  ["sqlite::memory:", { type: "memory" }],
  ["sqlite:data/slipstream.db", { type: "file", path: "data/slipstream.db" }],
  ["sqlite:/var/lib/slipstream.db", { type: "file", path: "/var/lib/slipstream.db" }],
])("%s", (url, expected) => {
  expect(parseStoreUrl(url)).toEqual(expected);
});

test.each([
  "",
  "sqlite:",
  "sqlite://data/slipstream.db",
  "sqlite:data.db?mode=ro",
  "sqlite::memory",
  "data/slipstream.db",
  "file:data.db",
  "mysql://name:hunter2@host/database",
])("%j is refused with what is accepted, and not repeated", (url) => {
  expect(() => parseStoreUrl(url)).toThrow(
    /^The store URL is not one of: sqlite:PATH .*, sqlite::memory:$/,
  );
});
