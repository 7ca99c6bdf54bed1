/** Whether the main branch became slower. Results come once a commit, so everything looks back for days. */
import { Promql } from "@slipstream/grafana-dashboard-builder/promql";
import type { RuleGroup } from "@slipstream/grafana-dashboard-builder/rules";
import { BENCH_SECONDS } from "../bench-catalog.ts";

const MEDIAN_OF_MAIN = { branch: "main", stat: "p50" } as const;

const lately = new Promql({ window: "2d" });
const month = new Promql({ window: "30d" });

export const BENCH_RULES: readonly RuleGroup[] = [
  {
    name: "slipstream-bench",
    // Results change once a commit; the month that is read here costs more than other rules.
    interval: "5m",
    rules: [
      {
        alert: "SlipstreamBenchRegression",
        expression: `${lately.newest(BENCH_SECONDS, MEDIAN_OF_MAIN)} > 1.2 * ${month.median(BENCH_SECONDS, MEDIAN_OF_MAIN)} and ${month.samples(BENCH_SECONDS, MEDIAN_OF_MAIN)} >= 5`,
        severity: "ticket",
        summary: "{{ $labels.task }} of {{ $labels.suite }} became slower",
        description:
          "Its newest median is more than a fifth above the median of a month, on the same machine.",
      },
    ],
  },
];
