/**
 * One series for every metric and every value that its labels can have, as promtool takes them: a gateway in
 * which everything happens all the time.
 */
import { CACHE_RESULTS, CACHES } from "@slipstream/contracts/cache-events";
import { SHED_REASONS } from "@slipstream/contracts/load-shedding";
import { ENDPOINTS } from "@slipstream/contracts/endpoint";
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import { OUTCOMES } from "@slipstream/contracts/outcome";
import { STORE_CHECKS } from "@slipstream/contracts/store-health";
import type { MetricRow } from "@slipstream/grafana-dashboard-builder/metric-row";
import type { LabelName } from "@slipstream/telemetry/labels";
import { LOSSES } from "@slipstream/telemetry/losses";
import { TRACE_DECISIONS } from "@slipstream/telemetry/trace-decision";
import type { BenchLabel } from "../src/bench-catalog.ts";

const CODES = Object.keys(ERROR_SPECS);

type SampleLabel =
  | LabelName
  | BenchLabel
  | "commit"
  | "subject"
  | "alertname"
  | "alertstate"
  | "severity";

const VALUES: Readonly<Record<SampleLabel, readonly string[]>> = {
  blame: ["client", "gateway", "upstream"],
  cache: CACHES,
  check: STORE_CHECKS,
  code: CODES,
  decision: TRACE_DECISIONS,
  deployment: ["one/model", "two/model"],
  endpoint: ENDPOINTS,
  error_type: OUTCOMES,
  gen_ai_operation_name: ["chat"],
  gen_ai_provider_name: ["one", "two"],
  gen_ai_request_model: ["model"],
  kind: ["input", "cached_input", "output", "reasoning", "minor", "major", ...LOSSES],
  node: ["v24.21.0"],
  outcome: OUTCOMES,
  phase: ["before_upstream", "after_upstream"],
  reason: SHED_REASONS,
  result: [...CACHE_RESULTS, "answered", "abandoned", ...CODES],
  side: ["client", "upstream"],
  source: ["reported", "estimated", "none"],
  version: ["0.1.0"],
  suite: ["relay"],
  task: ["one event"],
  stat: ["p50", "p99"],
  testbed: ["ci"],
  branch: ["main"],
  commit: ["abc"],
  subject: ["perf: less"],
  alertname: ["SlipstreamDown"],
  alertstate: ["firing"],
  severity: ["page"],
};

export interface SampleSeries {
  readonly series: string;
  readonly values: string;
}

export function sampleSeries(row: MetricRow): readonly SampleSeries[] {
  const sets = combine(row.labels.filter((label) => isKnown(label)));
  if (row.type !== "histogram") {
    const values = row.type === "gauge" ? "1x40" : "0+6x40";
    return sets.map((labels) => ({ series: toSeries(row.name, labels), values }));
  }
  const bounds = [
    ...row.buckets.map((bound) => (bound % 1 === 0 ? `${bound}.0` : `${bound}`)),
    "+Inf",
  ];
  return sets.flatMap((labels) => [
    ...bounds.map((le) => ({
      series: toSeries(`${row.name}_bucket`, { ...labels, le }),
      values: "0+6x40",
    })),
    { series: toSeries(`${row.name}_sum`, labels), values: "0+6x40" },
    { series: toSeries(`${row.name}_count`, labels), values: "0+6x40" },
  ]);
}

function isKnown(label: string): label is SampleLabel {
  return label in VALUES;
}

type Labels = Readonly<Record<string, string>>;

/** Every combination of the values of these labels. */
function combine(labels: readonly SampleLabel[]): readonly Labels[] {
  return labels.reduce<readonly Labels[]>(
    (sets, label) =>
      sets.flatMap((set) => VALUES[label].map((value) => ({ ...set, [label]: value }))),
    [{ job: "gateway", instance: "a:9090" }],
  );
}

function toSeries(name: string, labels: Labels): string {
  const list = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${list.join(",")}}`;
}
