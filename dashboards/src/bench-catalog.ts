/**
 * What published benchmark results look like in Prometheus. They are not scraped from the gateway, so they
 * are not in its catalogue: a run writes them with the time of its commit.
 */
import type { GaugeRow } from "@slipstream/grafana-dashboard-builder/metric-row";

/** `testbed` is the machine: results of two of them are never compared. */
export type BenchLabel = "suite" | "task" | "stat" | "testbed" | "branch";
const LABELS: readonly BenchLabel[] = ["suite", "task", "stat", "testbed", "branch"];

export const BENCH_SECONDS: GaugeRow<BenchLabel> = {
  type: "gauge",
  name: "slipstream_bench_seconds",
  labels: LABELS,
};

export const BENCH_OPS_PER_SECOND: GaugeRow<BenchLabel> = {
  type: "gauge",
  name: "slipstream_bench_ops_per_second",
  labels: LABELS,
};

/** Relative margin of error of a result: half the width of its confidence interval. */
export const BENCH_RME_RATIO: GaugeRow<BenchLabel> = {
  type: "gauge",
  name: "slipstream_bench_rme_ratio",
  labels: LABELS,
};

/** CPU time of the gateway as a multiple of what it is compared with in the same run, e.g. nginx. */
export const BENCH_MULTIPLE: GaugeRow<BenchLabel> = {
  type: "gauge",
  name: "slipstream_bench_multiple",
  labels: LABELS,
};

/** Always 1: the only series that carries the commit, so that the lines of the others stay whole. */
export const BENCH_RUN_INFO: GaugeRow<"commit" | "subject" | "testbed" | "branch"> = {
  type: "gauge",
  name: "slipstream_bench_run_info",
  labels: ["commit", "subject", "testbed", "branch"],
};

export const BENCH_CATALOG: readonly GaugeRow[] = [
  BENCH_SECONDS,
  BENCH_OPS_PER_SECOND,
  BENCH_RME_RATIO,
  BENCH_MULTIPLE,
  BENCH_RUN_INFO,
];
