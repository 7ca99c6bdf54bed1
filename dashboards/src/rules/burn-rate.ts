/**
 * Alerts on how fast an error budget burns: over a long window, so that a short peak wakes nobody, and
 * over a short one as well, so that the alert ends soon after the trouble.
 * Source: Google, The Site Reliability Workbook, chapter 5, "Alerting on SLOs",
 * https://sre.google/workbook/alerting-on-slos/
 */
import type { GaugeRow } from "@slipstream/grafana-dashboard-builder/metric-row";
import { Promql } from "@slipstream/grafana-dashboard-builder/promql";
import type {
  AlertRule,
  RecordingRule,
  RuleGroup,
  Severity,
} from "@slipstream/grafana-dashboard-builder/rules";

type Window = "5m" | "30m" | "1h" | "2h" | "6h" | "1d" | "3d";
const WINDOWS: readonly Window[] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

export interface BurnPair {
  readonly long: Window;
  readonly short: Window;
  /** Budgets of 30 days that burn in 30 days at this pace. */
  readonly factor: number;
  readonly severity: Severity;
}

/** The workbook's: 2 % and 5 % of the budget to page, 10 % for a ticket. */
export const BURN_PAIRS: readonly BurnPair[] = [
  { long: "1h", short: "5m", factor: 14.4, severity: "page" },
  { long: "6h", short: "30m", factor: 6, severity: "page" },
  { long: "1d", short: "2h", factor: 3, severity: "ticket" },
  { long: "3d", short: "6h", factor: 1, severity: "ticket" },
];

/**
 * For a promise of 95 %: when everything is bad, the budget burns at 20, so 14.4 over an hour would be
 * noticed after 43 minutes. At 6 it is 18.
 */
export const LOOSE_BURN_PAIRS: readonly BurnPair[] = [
  { long: "1h", short: "5m", factor: 6, severity: "page" },
  { long: "6h", short: "30m", factor: 3, severity: "page" },
  { long: "1d", short: "2h", factor: 2, severity: "ticket" },
  { long: "3d", short: "6h", factor: 1, severity: "ticket" },
];

/** A service level indicator: which part of what happened was bad. */
export interface Indicator {
  /** In the names of what is recorded: `slipstream:NAME:ratio_rate5m`. */
  readonly name: string;
  readonly labels: readonly string[];
  /** Part that may be bad. */
  readonly budget: number;
  readonly pairs: readonly BurnPair[];
  readonly bad: (promql: Promql) => string;
  /** How much happened in the window. */
  readonly traffic: (promql: Promql) => string;
  /** Below so much in the long window, a few bad ones prove nothing. */
  readonly trafficMin: number;
}

export type BurnAlert = Pick<AlertRule, "alert" | "summary" | "description">;

export function burnGroup(indicator: Indicator, alert: BurnAlert): RuleGroup {
  const severities: readonly Severity[] = ["page", "ticket"];
  return {
    name: `slipstream-${indicator.name.replaceAll("_", "-")}`,
    rules: [
      ...WINDOWS.map((window) => toRecording(indicator, window)),
      ...severities.map((severity) => toAlert(indicator, alert, severity)),
    ],
  };
}

function toRecording(indicator: Indicator, window: Window): RecordingRule {
  return { row: rowOf(indicator, window), expression: indicator.bad(rulesOver(window)) };
}

function toAlert(indicator: Indicator, alert: BurnAlert, severity: Severity): AlertRule {
  const pairs = indicator.pairs.filter((pair) => pair.severity === severity);
  const expression = pairs.map((pair) => toCondition(indicator, pair)).join(" or ");
  return { ...alert, expression, holdsFor: "2m", severity };
}

function toCondition(indicator: Indicator, { long, short, factor }: BurnPair): string {
  // Without the digits that binary fractions add: 14.4 × 0.005 is 0.072.
  const limit = Number((factor * indicator.budget).toPrecision(6));
  const traffic = indicator.traffic(rulesOver(long));
  const isBurning = [long, short].map((window) => `${rowOf(indicator, window).name} > ${limit}`);
  return `(${[...isBurning, `${traffic} > ${indicator.trafficMin}`].join(" and ")})`;
}

function rowOf({ name, labels }: Indicator, window: Window): GaugeRow {
  return { type: "gauge", name: `slipstream:${name}:ratio_rate${window}`, labels };
}

/** Rules keep the job: two fleets on one Prometheus are two promises. */
export function rulesOver(window: string): Promql {
  return new Promql({ window, keep: ["job"] });
}
