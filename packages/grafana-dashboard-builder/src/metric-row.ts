/**
 * What this package has to know about a metric: the caller's catalogue is a list of these.
 *
 * Rows are data. A row's labels are part of its type, so that a query that names a label which the
 * metric does not have fails to compile.
 */
interface NamedRow<Label extends string> {
  /** As Prometheus shows it; for a histogram without `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly labels: readonly Label[];
}

export interface CounterRow<Label extends string = string> extends NamedRow<Label> {
  readonly type: "counter";
}

export interface GaugeRow<Label extends string = string> extends NamedRow<Label> {
  readonly type: "gauge";
}

export interface HistogramRow<Label extends string = string> extends NamedRow<Label> {
  readonly type: "histogram";
  /** Ascending upper bounds without +Inf. */
  readonly buckets: readonly number[];
}

export type MetricRow<Label extends string = string> =
  | CounterRow<Label>
  | GaugeRow<Label>
  | HistogramRow<Label>;

/** What Prometheus itself adds to every series that it scrapes. */
export type TargetLabel = "job" | "instance";
export const TARGET_LABELS: readonly TargetLabel[] = ["job", "instance"];

/** Whether a target answered its last scrape; written by Prometheus. */
export const UP: GaugeRow<never> = { type: "gauge", name: "up", labels: [] };

/** 1 for each alert that is pending or firing; written by Prometheus. */
export const ALERTS: GaugeRow<"alertname" | "alertstate" | "severity"> = {
  type: "gauge",
  name: "ALERTS",
  labels: ["alertname", "alertstate", "severity"],
};
