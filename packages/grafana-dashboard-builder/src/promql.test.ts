import { expect, test } from "vitest";
import { matching, not } from "./matchers.ts";
import type { CounterRow, GaugeRow, HistogramRow } from "./metric-row.ts";
import { orZero, Promql, ratio, shareOf } from "./promql.ts";

const REQUESTS: CounterRow<"model" | "outcome"> = {
  type: "counter",
  name: "requests_total",
  labels: ["model", "outcome"],
};
const OPEN: GaugeRow<"side"> = { type: "gauge", name: "open", labels: ["side"] };
const PLAIN: GaugeRow<never> = { type: "gauge", name: "plain", labels: [] };
const WAIT: HistogramRow<"model"> = {
  type: "histogram",
  name: "wait_seconds",
  labels: ["model"],
  buckets: [0.5, 1, 2.5],
};

const plain = new Promql({ window: "5m" });
const board = new Promql({
  window: "$__rate_interval",
  where: { job: matching("$job"), model: matching("$model") },
});
const rule = new Promql({ window: "1h", keep: ["job"] });

test.each([
  ["a rate", plain.rate(REQUESTS), "sum(rate(requests_total[5m]))"],
  [
    "grouped",
    plain.rate(REQUESTS, { by: ["outcome"] }),
    "sum by (outcome) (rate(requests_total[5m]))",
  ],
  ["an increase", plain.over("1d").increase(REQUESTS), "sum(increase(requests_total[1d]))"],
  ["a gauge", plain.sum(OPEN, { where: { side: "client" } }), 'sum(open{side="client"})'],
  ["its maximum", plain.max(OPEN, { by: ["instance"] }), "max by (instance) (open)"],
  ["as it is", plain.select(OPEN), "open"],
  [
    "a quantile",
    plain.quantile(0.95, WAIT),
    "histogram_quantile(0.95, sum by (le) (rate(wait_seconds_bucket[5m])))",
  ],
  [
    "a mean",
    plain.mean(WAIT),
    "(sum(rate(wait_seconds_sum[5m]))) / ((sum(rate(wait_seconds_count[5m]))) > 0)",
  ],
  [
    "attainment",
    plain.sloAttainment(2.5, WAIT),
    '(sum(rate(wait_seconds_bucket{le="2.5"}[5m]))) / ((sum(rate(wait_seconds_count[5m]))) > 0)',
  ],
  [
    "a share, 0 where the part has no series",
    plain.share(REQUESTS, { outcome: "bad" }),
    '((sum(rate(requests_total{outcome="bad"}[5m]))) or 0 * (sum(rate(requests_total[5m])))) / ((sum(rate(requests_total[5m]))) > 0)',
  ],
  [
    "sparse series",
    plain.newest(OPEN, { side: ["a", "b"] }),
    'last_over_time(open{side=~"a|b"}[5m])',
  ],
  ["their median", plain.median(OPEN), "quantile_over_time(0.5, open[5m])"],
  [
    "a board's variables, as far as the metric has the labels",
    board.rate(REQUESTS, { where: { outcome: not("good") } }),
    'sum(rate(requests_total{job=~"$job",model=~"$model",outcome!="good"}[$__rate_interval]))',
  ],
  ["a metric without labels", board.sum(PLAIN), 'sum(plain{job=~"$job"})'],
  [
    "a place's own matcher gives way to the query's",
    board.rate(REQUESTS, { where: { model: "m" } }),
    'sum(rate(requests_total{job=~"$job",model="m"}[$__rate_interval]))',
  ],
  [
    "what a rule keeps",
    rule.rate(REQUESTS, { by: ["model"] }),
    "sum by (job, model) (rate(requests_total[1h]))",
  ],
])("%s", (_name, expression, expected) => {
  expect(expression).toBe(expected);
});

test("whole bounds are written as OpenMetrics writes them", () => {
  expect(plain.atMost(1, WAIT)).toContain('le="1.0"');
});

test("a promise must be about a bucket", () => {
  expect(() => plain.sloAttainment(2, WAIT)).toThrow(
    "2 is not a bucket of wait_seconds, which has: 0.5 1 2.5",
  );
});

test("values are escaped, lists as regular expressions", () => {
  expect(plain.select(OPEN, { side: 'a"b\\' })).toBe(String.raw`open{side="a\"b\\"}`);
  expect(plain.select(OPEN, { side: ["a.b", "c"] })).toBe(String.raw`open{side=~"a\\.b|c"}`);
  expect(plain.select(OPEN, { side: not("a", "b") })).toBe('open{side!~"a|b"}');
});

test("division by nothing gives nothing", () => {
  expect(ratio("a", "b")).toBe("(a) / ((b) > 0)");
  expect(shareOf("a", "b")).toBe("((a) or 0 * (b)) / ((b) > 0)");
  expect(orZero("a")).toBe("(a) or vector(0)");
});

/** What must not compile. The types are the check, so nothing of this is looked at when it runs. */
test("labels and kinds of metrics are checked by types", () => {
  const wrong = [
    // @ts-expect-error -- requests_total has no label `side`
    plain.rate(REQUESTS, { by: ["side"] }),
    // @ts-expect-error -- nor can it be chosen by it
    plain.rate(REQUESTS, { where: { side: "client" } }),
    // @ts-expect-error -- a metric without labels has none
    plain.sum(PLAIN, { by: ["model"] }),
    // @ts-expect-error -- a gauge has no rate
    plain.rate(OPEN),
    // @ts-expect-error -- a counter has no quantiles
    plain.quantile(0.5, REQUESTS),
    // @ts-expect-error -- a counter is read as a rate
    plain.sum(REQUESTS),
    // @ts-expect-error -- `le` belongs to `buckets` and `atMost`
    plain.observations(WAIT, { by: ["le"] }),
    // @ts-expect-error -- a share is of the same metric
    plain.share(REQUESTS, { side: "client" }),
  ];
  expect(wrong).toHaveLength(8);
});
