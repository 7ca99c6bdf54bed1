import { readPanels } from "@slipstream/grafana-dashboard-builder/lint";
import { renderBoard } from "@slipstream/grafana-dashboard-builder/board";
import { runCommand } from "@slipstream/grafana-dashboard-builder/command-line";
import { readMetricNames } from "@slipstream/grafana-dashboard-builder/check-expression";
import { findProblems, panelExpressions } from "@slipstream/grafana-dashboard-builder/project";
import { CATALOG } from "@slipstream/telemetry/catalog";
import { REQUEST_DURATION } from "@slipstream/telemetry/request-rows";
import { TIME_TO_FIRST_TOKEN } from "@slipstream/telemetry/stream-rows";
import { OUTCOMES } from "@slipstream/contracts/outcome";
import { expect, test } from "vitest";
import { FAILED_OUTCOMES, FAILED_RESULTS } from "./objectives.ts";
import { PLACE, PROJECT } from "./project.ts";

test("boards and rules name only what exists, and keep to the lint rules", () => {
  expect(findProblems(PROJECT)).toEqual([]);
});

test("generated files are up to date", () => {
  expect(runCommand(["--check"], PROJECT, PLACE).lines).toEqual([
    `${PROJECT.boards.length + PROJECT.ruleFiles.length} files are up to date`,
  ]);
});

/** Not charted, each for a reason. */
const NOT_CHARTED: readonly string[] = [
  // Parts of process_cpu_seconds_total, which is.
  "process_cpu_user_seconds_total",
  "process_cpu_system_seconds_total",
];

test("every metric of the catalogue is on a board", () => {
  const asked = new Set(
    panelExpressions(PROJECT.boards).flatMap(({ expression }) => readMetricNames(expression)),
  );
  const missing = CATALOG.map(({ name }) => name).filter(
    (name) =>
      ![name, `${name}_bucket`, `${name}_sum`, `${name}_count`].some((part) => asked.has(part)),
  );
  expect(missing).toEqual(NOT_CHARTED);
});

test("first tokens and durations lead to traces", () => {
  const panels = PROJECT.boards.flatMap((board) => readPanels(renderBoard(board)));
  const wanted = [TIME_TO_FIRST_TOKEN, REQUEST_DURATION].map(({ name }) => `${name}_bucket`);
  const without = panels
    .filter(({ type }) => type === "timeseries" || type === "heatmap")
    .filter(({ targets = [] }) =>
      targets.some(
        (target) =>
          "expr" in target &&
          wanted.some((name) => String(target.expr).includes(name)) &&
          !("exemplar" in target && target.exemplar === true),
      ),
    );
  expect(without.map(({ title }) => title)).toEqual([]);
});

test("no two boards share an address", () => {
  const uids = PROJECT.boards.map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(uids.length);
});

test("what counts as a failure are outcomes and results that exist", () => {
  expect(FAILED_OUTCOMES.filter((outcome) => !OUTCOMES.includes(outcome))).toEqual([]);
  expect(FAILED_RESULTS).toContain("upstream_unreachable");
  expect(FAILED_RESULTS).not.toContain("upstream_rejected");
});
