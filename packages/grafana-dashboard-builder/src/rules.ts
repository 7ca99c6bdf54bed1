/** Recording and alerting rules of Prometheus as data, and the rule files that they become. */
import { stringify } from "yaml";
import type { GaugeRow } from "./metric-row.ts";

/** Its result can be asked for like any other metric: the row is its place in the catalogue. */
export interface RecordingRule {
  readonly row: GaugeRow;
  readonly expression: string;
}

/** `page`: somebody gets up. `ticket`: somebody looks at it within days. */
export type Severity = "page" | "ticket";

export interface AlertRule {
  readonly alert: string;
  readonly expression: string;
  /** How long it must hold before anybody is told, such as `5m`. */
  readonly holdsFor?: string;
  readonly severity: Severity;
  /** One line, for the subject of a message; `{{ $labels.x }}` is filled in. */
  readonly summary: string;
  /** What it means for users. */
  readonly description: string;
}

export interface RuleGroup {
  readonly name: string;
  /** How often it is looked at; the server's own interval if absent. */
  readonly interval?: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** A file for `rule_files` of Prometheus. `runbooks` is where the page of an alert lies. */
export function renderRules(
  groups: readonly RuleGroup[],
  { heading, runbooks }: { readonly heading: string; readonly runbooks: string },
): string {
  const document = {
    groups: groups.map(({ name, interval, rules }) => ({
      name,
      ...(interval === undefined ? {} : { interval }),
      rules: rules.map((rule) => ("row" in rule ? toRecord(rule) : toAlert(rule, runbooks))),
    })),
  };
  return `# ${heading}\n${stringify(document, { lineWidth: 100 })}`;
}

function toRecord({ row, expression }: RecordingRule): object {
  return { record: row.name, expr: expression };
}

function toAlert(rule: AlertRule, runbooks: string): object {
  const { alert, expression, holdsFor, severity, summary, description } = rule;
  return {
    alert,
    expr: expression,
    ...(holdsFor === undefined ? {} : { for: holdsFor }),
    labels: { severity },
    annotations: { summary, description, runbook_url: `${runbooks}${alert}.md` },
  };
}
