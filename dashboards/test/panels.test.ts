import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { substituteVariables } from "@slipstream/grafana-dashboard-builder/check-expression";
import { panelExpressions } from "@slipstream/grafana-dashboard-builder/project";
import { afterAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { PROJECT } from "../src/project.ts";
import { complain, HAS_PROMTOOL, NEEDS_PROMTOOL } from "./promtool.ts";
import { sampleSeries } from "./sample-series.ts";

const folder = mkdtempSync(join(tmpdir(), "slipstream-panels-"));
afterAll(() => rmSync(folder, { recursive: true }));

const expressions = panelExpressions(PROJECT.boards);

/** Panels that stay empty, or show what is not a number, on the given metrics. */
function findEmptyPanels(metrics: typeof PROJECT.catalogue): readonly string[] {
  const rules = expressions.map(({ expression }, index) => ({
    record: `panel:number${index}`,
    expr: substituteVariables(expression),
  }));
  // What is not a number is not equal to itself.
  const questions = rules.map(({ record }) => ({
    expr: `count(${record} == ${record}) > bool 0`,
    eval_time: "30m",
    exp_samples: [{ labels: "{}", value: 1 }],
  }));
  const input = metrics.flatMap((row) => sampleSeries(row));
  writeFileSync(
    join(folder, "rules.yml"),
    stringify({ groups: [{ name: "panels", interval: "5m", rules }] }),
  );
  writeFileSync(
    join(folder, "test.yml"),
    stringify({
      rule_files: ["rules.yml"],
      evaluation_interval: "5m",
      tests: [{ interval: "1m", input_series: input, promql_expr_test: questions }],
    }),
  );
  const complaint = complain("test", "rules", join(folder, "test.yml")) ?? "";
  const numbers = [...complaint.matchAll(/expr: "count\(panel:number(\d+) /g)];
  if (complaint !== "" && numbers.length === 0) throw new Error(complaint);
  return [...new Set(numbers.map(([, index]) => expressions[Number(index)]?.place ?? ""))];
}

test.skipIf(!HAS_PROMTOOL)(
  `every panel shows something when everything happens${NEEDS_PROMTOOL}`,
  () => {
    expect(findEmptyPanels(PROJECT.catalogue)).toEqual([]);
  },
  60_000,
);

test.skipIf(!HAS_PROMTOOL)(
  `and is seen to be empty without its metric${NEEDS_PROMTOOL}`,
  () => {
    const others = PROJECT.catalogue.filter(({ name }) => name !== "slipstream_held_bytes");
    expect(findEmptyPanels(others)).toEqual(["Slipstream / Runtime, Bytes held for clients"]);
  },
  60_000,
);
