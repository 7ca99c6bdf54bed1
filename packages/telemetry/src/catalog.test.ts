import { expect, test } from "vitest";
import { readOpenMetrics } from "../test/read-openmetrics.ts";
import { CATALOG } from "./catalog.ts";
import { createMetrics } from "./metrics.ts";
import * as processRows from "./process-rows.ts";
import * as requestRows from "./request-rows.ts";
import * as storeRows from "./store-rows.ts";
import * as streamRows from "./stream-rows.ts";
import * as telemetryRows from "./telemetry-rows.ts";
import * as usageRows from "./usage-rows.ts";
import { toFamilyName } from "./openmetrics-text.ts";

test("the catalogue is what is exposed", async () => {
  const families = readOpenMetrics(await createMetrics({ version: "1.2.3" }).render());
  const exposed = [...families.values()].map(({ name, type, help }) => ({ name, type, help }));
  const listed = CATALOG.map(({ name, type, help }) => ({ name: toFamilyName(name), type, help }));
  expect(exposed.toSorted(byName)).toEqual(listed.toSorted(byName));
});

test("every row that can be used is listed, once", () => {
  const modules = [processRows, requestRows, storeRows, streamRows, telemetryRows, usageRows];
  const rows = modules.flatMap((module) => Object.values(module));
  expect(new Set(CATALOG)).toEqual(new Set(rows));
  expect(new Set(CATALOG.map(({ name }) => name)).size).toBe(CATALOG.length);
});

test.each(CATALOG)("$name is named after its type and unit", ({ name, type, unit, help }) => {
  const suffix = (unit === undefined ? "" : `_${unit}`) + (type === "counter" ? "_total" : "");
  expect(name.endsWith(suffix)).toBe(true);
  expect(type !== "counter" && name.endsWith("_total")).toBe(false);
  expect(help).not.toContain('"');
});

test.each(CATALOG.filter((row) => row.type === "histogram"))("buckets of $name ascend", (row) => {
  expect(row.buckets).toEqual([...new Set(row.buckets)].toSorted((a, b) => a - b));
  expect(row.buckets[0]).toBeGreaterThan(0);
});

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : 1;
}
