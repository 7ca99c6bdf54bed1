import type { Dashboard, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { expect, test } from "vitest";
import { renderBoard } from "./board.ts";
import type { BoardDefinition } from "./board.ts";
import { BOARD_RULES, PANEL_RULES, TARGET_RULES } from "./lint-rules.ts";
import type { LintExclusions, LintRuleName } from "./lint-rules.ts";
import { lintBoard, readPanels } from "./lint.ts";
import { stat } from "./panel.ts";

const GOOD_QUERY = 'sum(rate(a_total{job=~"$job",instance=~"$instance"}[$__rate_interval]))';

const GOOD: BoardDefinition = {
  uid: "good",
  title: "Good",
  description: "A board without faults.",
  tags: [],
  variables: [
    { name: "job", label: "Job", query: "label_values(up, job)", all: ".+" },
    { name: "instance", label: "Instance", query: "label_values(up, instance)", all: ".+" },
  ],
  rows: [
    {
      title: "Row",
      panels: [stat({ title: "A", description: "What to do.", unit: "count", query: GOOD_QUERY })],
    },
  ],
};

function lint(
  spoil: (board: Dashboard, panel: Panel) => void,
  board: LintExclusions = {},
  panels: Readonly<Record<string, LintExclusions>> = {},
): readonly string[] {
  const rendered = renderBoard(GOOD);
  const [panel] = readPanels(rendered);
  if (panel === undefined) throw new Error("the good board has lost its panel");
  spoil(rendered, panel);
  return lintBoard(rendered, { board, panels });
}

function ask(panel: Panel, expression: string): void {
  panel.targets = [new DataqueryBuilder().expr(expression).build()];
}

function variable(board: Dashboard, name: string): Record<string, unknown> {
  const found = board.templating.list?.find((candidate) => candidate.name === name);
  return found as unknown as Record<string, unknown>;
}

const FAULTS: Readonly<Record<LintRuleName, (board: Dashboard, panel: Panel) => void>> = {
  "template-datasource": (board) => (variable(board, "datasource")["query"] = "loki"),
  "template-job": (board) => (variable(board, "job")["multi"] = false),
  "template-instance": (board) => (variable(board, "instance")["name"] = "machine"),
  "template-label-promql": (board) =>
    (variable(board, "instance")["definition"] = "label_values(up{, instance)"),
  "template-on-time-change-reload": (board) => (variable(board, "job")["refresh"] = 1),
  "uneditable-dashboard": (board) => (board.editable = true),
  "panel-datasource": (_board, panel) => (panel.datasource = { uid: "prometheus" }),
  "panel-title-description": (_board, panel) => (panel.description = ""),
  "panel-units": (_board, panel) => delete panel.fieldConfig?.defaults.unit,
  "panel-no-targets": (_board, panel) => (panel.targets = []),
  "target-promql": (_board, panel) => ask(panel, `${GOOD_QUERY})`),
  "target-rate-interval": (_board, panel) =>
    ask(panel, GOOD_QUERY.replace("$__rate_interval", "5m")),
  "target-job": (_board, panel) => ask(panel, GOOD_QUERY.replace("$job", "gateway")),
  "target-instance": (_board, panel) => ask(panel, GOOD_QUERY.replace("$instance", ".*")),
  "target-counter-agg": (_board, panel) =>
    ask(panel, 'sum(a_total{job=~"$job",instance=~"$instance"})'),
};

const rules = Object.keys({ ...BOARD_RULES, ...PANEL_RULES, ...TARGET_RULES });

test("a good board has nothing to complain about", () => {
  expect(lint(() => {})).toEqual([]);
});

test("every rule has a fault below", () => {
  expect(Object.keys(FAULTS).toSorted()).toEqual(rules.toSorted());
});

test.each(Object.entries(FAULTS))("%s is seen to fail, and it alone", (rule, spoil) => {
  const findings = lint(spoil);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toContain(`(${rule})`);
});

test("a panel may break what it has a reason for", () => {
  const exclusions = { A: { "panel-units": "for a test" } };
  expect(lint(FAULTS["panel-units"], {}, exclusions)).toEqual([]);
});

test("so may a whole board", () => {
  expect(lint(FAULTS["panel-units"], { "panel-units": "for a test" })).toEqual([]);
  expect(lint(FAULTS["template-job"], { "template-job": "for a test" })).toEqual([]);
});

test("an exclusion that is not needed is a finding", () => {
  const reason = { "panel-units": "for a test" };
  expect(lint(() => {}, reason)).toEqual(["Good: the exclusion of panel-units is not needed"]);
  expect(lint(() => {}, {}, { A: reason })).toEqual([
    "Good, A: the exclusion of panel-units is not needed",
  ]);
});
