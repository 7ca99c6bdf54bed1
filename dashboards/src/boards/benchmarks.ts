import { matching } from "@slipstream/grafana-dashboard-builder/matchers";
import { lines, table } from "@slipstream/grafana-dashboard-builder/panel";
import type { BoardDefinition } from "@slipstream/grafana-dashboard-builder/board";
import { Promql, ratio } from "@slipstream/grafana-dashboard-builder/promql";
import { valuesOf } from "@slipstream/grafana-dashboard-builder/variables";
import {
  BENCH_MULTIPLE,
  BENCH_OPS_PER_SECOND,
  BENCH_RME_RATIO,
  BENCH_RUN_INFO,
  BENCH_SECONDS,
} from "../bench-catalog.ts";
import { TAGS } from "../scope.ts";

/** Results are hours or days apart: a plain selector looks back five minutes and misses most of them. */
const promql = new Promql({
  window: "$__interval",
  where: {
    suite: matching("$suite"),
    task: matching("$task"),
    testbed: matching("$testbed"),
    branch: matching("$branch"),
  },
});
const inRange = promql.over("$__range");

export const BENCHMARKS: BoardDefinition = {
  uid: "slipstream-benchmarks",
  title: "Slipstream / Benchmarks",
  description: "Does a commit make the gateway slower?",
  tags: TAGS,
  from: "now-30d",
  refresh: "5m",
  exclude: {
    "template-job": "results of benchmarks are written, not scraped: they have no job",
    "template-instance": "results of benchmarks are written, not scraped: they have no instance",
    "target-job": "results of benchmarks are written, not scraped: they have no job",
    "target-instance": "results of benchmarks are written, not scraped: they have no instance",
  },
  variables: [
    valuesOf({ name: "testbed", label: "Testbed", of: BENCH_SECONDS, values: "testbed" }),
    valuesOf({ name: "branch", label: "Branch", of: BENCH_SECONDS, values: "branch" }),
    valuesOf({ name: "suite", label: "Suite", of: BENCH_SECONDS, values: "suite" }),
    valuesOf({
      name: "task",
      label: "Task",
      of: BENCH_SECONDS,
      values: "task",
      where: { suite: matching("$suite") },
    }),
  ],
  annotations: [
    {
      name: "Commits",
      expression: promql.newest(BENCH_RUN_INFO),
      title: "{{commit}}",
      text: "{{subject}}",
    },
  ],
  rows: [
    {
      title: "Course",
      panels: [
        lines({
          title: "Median time",
          description:
            "One point per run. A step at a commit: run the suite again on both sides of it, interleaved, before believing it. Machines are not comparable: choose one testbed.",
          unit: "seconds",
          isSparse: true,
          series: { "{{task}} ({{branch}})": promql.newest(BENCH_SECONDS, { stat: "p50" }) },
        }),
        lines({
          title: "p99 time",
          description:
            "The tail. It rises before the median does when something starts to wait: garbage collection, a lock, a queue.",
          unit: "seconds",
          isSparse: true,
          series: { "{{task}} ({{branch}})": promql.newest(BENCH_SECONDS, { stat: "p99" }) },
        }),
        lines({
          title: "Operations per second",
          description: "Throughput of the same tasks.",
          unit: "events per second",
          isSparse: true,
          series: { "{{task}} ({{branch}})": promql.newest(BENCH_OPS_PER_SECOND) },
        }),
        lines({
          title: "Margin of error",
          description:
            "Relative. Differences smaller than this mean nothing; above a tenth the machine was not quiet.",
          unit: "ratio",
          isSparse: true,
          series: { "{{task}} ({{branch}})": promql.newest(BENCH_RME_RATIO) },
        }),
        lines({
          title: "CPU as a multiple",
          description:
            "Of nginx, or of the gateway without its telemetry, each in the same run: what travels from machine to machine.",
          unit: "count",
          width: 24,
          isSparse: true,
          series: { "{{task}} ({{branch}})": promql.newest(BENCH_MULTIPLE) },
        }),
        lines({
          title: "Median time against the usual",
          description:
            "1 is the median of the time range shown. Above 1.2 for more than one run: SlipstreamBenchRegression fires for the main branch.",
          unit: "count",
          width: 24,
          isSparse: true,
          series: {
            "{{task}} ({{branch}})": ratio(
              promql.newest(BENCH_SECONDS, { stat: "p50" }),
              inRange.median(BENCH_SECONDS, { stat: "p50" }),
            ),
          },
        }),
      ],
    },
    {
      title: "Last run",
      panels: [
        table({
          title: "Newest results",
          description: "The last result of each task in the time range shown, all statistics.",
          unit: "count",
          headings: {
            suite: "Suite",
            task: "Task",
            stat: "Statistic",
            branch: "Branch",
            testbed: "Testbed",
          },
          columns: { Time: { unit: "seconds", query: inRange.newest(BENCH_SECONDS) } },
        }),
      ],
    },
  ],
};
