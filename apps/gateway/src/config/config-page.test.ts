import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CONFIG_PAGE_COMMAND, toConfigPage } from "./config-page.ts";

test("docs/config.md is what the schema says", () => {
  const page = readFileSync(new URL("../../../../docs/config.md", import.meta.url), "utf8");
  expect(page, `out of date; run: ${CONFIG_PAGE_COMMAND}`).toBe(toConfigPage());
});
