import { expect, test } from "vitest";
import { checkExpression, readMetricNames, readRanges } from "./check-expression.ts";
import { UP } from "./metric-row.ts";
import type { MetricRow } from "./metric-row.ts";

const ROWS: readonly MetricRow[] = [
  { type: "counter", name: "a_total", labels: ["x"] },
  { type: "histogram", name: "b_seconds", labels: ["y"], buckets: [1] },
  UP,
];

test.each([
  'sum by (x, job) (rate(a_total{x=~"$x",instance="i"}[$__rate_interval]))',
  "histogram_quantile(0.9, sum by (le, y) (rate(b_seconds_bucket[${__rate_interval}])))",
  "rate(b_seconds_sum[5m]) / (rate(b_seconds_count[5m]) > 0)",
  "up == 0 and on (job) last_over_time(a_total[$__range])",
  "increase(a_total[$__interval]) * on (job) group_left (y) rate(b_seconds_count[5m])",
  "vector(0)",
])("is well: %s", (expression) => {
  expect(checkExpression(expression, ROWS)).toEqual([]);
});

test.each([
  ["rate(a_total[5m]", "is not PromQL at position 16, near: rate(a_total[5m]"],
  ["sum(up))", "is not PromQL at position 7, near: sum(up))"],
  ["c_total", "names the metric c_total, which is in no catalogue"],
  ["b_seconds", "names the metric b_seconds, which is in no catalogue"],
  ["a_total_bucket", "names the metric a_total_bucket, which is in no catalogue"],
  ['a_total{z="1"}', "asks a_total for the label z, which it does not have"],
  ['b_seconds_count{le="1"}', "asks b_seconds_count for the label le, which it does not have"],
  ["sum by (z) (a_total)", "groups by the label z, which no metric in it has"],
  ["sum without (y) (a_total)", "groups by the label y, which no metric in it has"],
  ["up and on (z) a_total", "groups by the label z, which no metric in it has"],
  ['{x="1"}', "has a selector without the name of a metric"],
])("is not well: %s", (expression, problem) => {
  expect(checkExpression(expression, ROWS)).toContain(problem);
});

test("names are read once each", () => {
  expect(readMetricNames("a_total + a_total + up")).toEqual(["a_total", "up"]);
});

test("ranges are read as they were written, those of rates alone", () => {
  const expression =
    "rate(a[$__rate_interval]) + increase(a[$__range]) + rate(a[1h]) + max_over_time(a[2h])";
  expect(readRanges(expression, ["rate"])).toEqual(["$__rate_interval", "1h"]);
});
