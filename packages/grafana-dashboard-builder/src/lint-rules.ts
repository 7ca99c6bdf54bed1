/**
 * What makes a board fit for others' Grafana, checked on the JSON that is written.
 *
 * Names and meaning are those of Grafana's own linter, whose program cannot be had from npm
 * (https://github.com/grafana/dashboard-linter, docs/index.md).
 */
import { VariableRefresh, VariableType } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dashboard, Panel, VariableModel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import { checkExpression, readRanges, readSelectors } from "./check-expression.ts";

export type LintRuleName =
  | "template-datasource"
  | "template-job"
  | "template-instance"
  | "template-label-promql"
  | "template-on-time-change-reload"
  | "uneditable-dashboard"
  | "panel-datasource"
  | "panel-title-description"
  | "panel-units"
  | "panel-no-targets"
  | "target-promql"
  | "target-rate-interval"
  | "target-job"
  | "target-instance"
  | "target-counter-agg";

/** Rules that may be broken, each with the reason. */
export type LintExclusions = Readonly<Partial<Record<LintRuleName, string>>>;

/** What is wrong, in words; `undefined` when all is well. */
type Verdict = string | undefined;

export const BOARD_RULES: Readonly<Partial<Record<LintRuleName, (board: Dashboard) => Verdict>>> = {
  "template-datasource": ({ templating }) =>
    templating.list?.some(
      ({ name, type, query }) =>
        name === "datasource" && type === VariableType.Datasource && query === "prometheus",
    ) === true
      ? undefined
      : "has no variable `datasource` that offers the Prometheus data sources",
  "template-job": (board) => checkTargetVariable(board, "job", "Job"),
  "template-instance": (board) => checkTargetVariable(board, "instance", "Instance"),
  "template-label-promql": (board) =>
    findVariable(
      board,
      ({ definition = "" }) => !isLabelValues(definition),
      "does not ask for the values of a label",
    ),
  "template-on-time-change-reload": (board) =>
    findVariable(
      board,
      ({ refresh }) => refresh !== VariableRefresh.OnTimeRangeChanged,
      "is not read again when the time range changes",
    ),
  "uneditable-dashboard": ({ editable }) =>
    editable === false ? undefined : "can be edited in Grafana, where the next start undoes it",
};

export const PANEL_RULES: Readonly<Partial<Record<LintRuleName, (panel: Panel) => Verdict>>> = {
  "panel-datasource": ({ datasource }) =>
    datasource?.uid === "$datasource" ? undefined : "does not read from `$datasource`",
  "panel-title-description": ({ title = "", description = "" }) =>
    title === "" || description === "" ? "has no title or no description" : undefined,
  "panel-units": ({ fieldConfig }) =>
    (fieldConfig?.defaults.unit ?? "") === "" ? "has no unit" : undefined,
  "panel-no-targets": ({ targets = [] }) => (targets.length === 0 ? "asks nothing" : undefined),
};

export const TARGET_RULES: Readonly<
  Partial<Record<LintRuleName, (expression: string) => Verdict>>
> = {
  "target-promql": (expression) => {
    const [problem] = checkExpression(expression, []);
    return problem?.startsWith("is not PromQL") === true ? problem : undefined;
  },
  "target-rate-interval": (expression) => {
    const wrong = readRanges(expression, ["rate", "irate", "increase"]).find(
      (range) => range !== "$__rate_interval",
    );
    return wrong === undefined ? undefined : `reads a rate over ${wrong}, not \`$__rate_interval\``;
  },
  "target-job": (expression) => checkTargetMatcher(expression, "job"),
  "target-instance": (expression) => checkTargetMatcher(expression, "instance"),
  "target-counter-agg": (expression) => {
    const readings = ["rate", "irate", "increase"];
    const raw = readSelectors(expression).find(
      ({ metric, functions }) =>
        metric.endsWith("_total") && !functions.some((name) => readings.includes(name)),
    );
    return raw === undefined ? undefined : `reads the counter ${raw.metric} without a rate`;
  },
};

/** Expressions of a panel. All our targets ask Prometheus. */
export function readExpressions({ targets = [] }: Panel): readonly string[] {
  return targets.filter((target): target is Dataquery => "expr" in target).map(({ expr }) => expr);
}

function queryVariables({ templating }: Dashboard): readonly VariableModel[] {
  return (templating.list ?? []).filter(({ type }) => type === VariableType.Query);
}

function findVariable(
  board: Dashboard,
  isWrong: (variable: VariableModel) => boolean,
  problem: string,
): Verdict {
  const wrong = queryVariables(board).find(isWrong);
  return wrong === undefined ? undefined : `has the variable ${wrong.name}, which ${problem}`;
}

function checkTargetVariable(board: Dashboard, name: string, label: string): Verdict {
  const variable = queryVariables(board).find((candidate) => candidate.name === name);
  if (variable === undefined) return `has no variable \`${name}\``;
  const isRight =
    variable.label === label &&
    variable.multi === true &&
    variable.allValue === ".+" &&
    variable.datasource?.uid === "$datasource";
  return isRight
    ? undefined
    : `has a variable \`${name}\` that is not labelled ${label}, not multiple, not from $datasource, or has another value for all than ".+"`;
}

function checkTargetMatcher(expression: string, name: string): Verdict {
  const matcher = `${name}=~"$${name}"`;
  const bare = readSelectors(expression).find(({ matchers }) => !matchers.includes(matcher));
  return bare === undefined ? undefined : `reads ${bare.metric} without ${matcher}`;
}

function isLabelValues(query: string): boolean {
  const selector = /^label_values\((.+), \w+\)$/.exec(query)?.[1];
  return selector !== undefined && TARGET_RULES["target-promql"]?.(selector) === undefined;
}
