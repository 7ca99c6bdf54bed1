import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { METRICS_PAGE_COMMAND, toMetricsPage } from "./metrics-page.ts";

test("docs/metrics.md is what the catalogue says", () => {
  const page = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
  expect(page, `out of date; run: ${METRICS_PAGE_COMMAND}`).toBe(toMetricsPage());
});
