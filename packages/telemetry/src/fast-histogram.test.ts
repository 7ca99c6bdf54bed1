import fc from "fast-check";
import { Histogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { readOpenMetrics } from "../test/read-openmetrics.ts";
import type { ReadSample } from "../test/read-openmetrics.ts";
import type { Limits } from "./bounded-children.ts";
import { CHUNK_GAP_SECONDS } from "./buckets.ts";
import type { HistogramRow } from "./metric-row.ts";
import { FastHistogram } from "./fast-histogram.ts";
import type { Loss } from "./losses.ts";
import { SeriesBudget } from "./series-budget.ts";

const ROW: HistogramRow<"deployment"> = {
  type: "histogram",
  name: "gap_seconds",
  help: "Help.",
  unit: "seconds",
  labels: ["deployment"],
  buckets: CHUNK_GAP_SECONDS,
};

function createHistogram(labelSetsMax = 10): {
  histogram: FastHistogram<"deployment">;
  losses: Loss[];
} {
  const losses: Loss[] = [];
  const limits: Limits = {
    labelSetsMax,
    series: new SeriesBudget(1_000),
    recordLoss: (loss) => losses.push(loss),
  };
  return { histogram: new FastHistogram(ROW, limits), losses };
}

function read(histogram: FastHistogram<"deployment">): readonly ReadSample[] {
  const text = [...histogram.text(), "# EOF\n"].join("");
  return readOpenMetrics(text).get("gap_seconds")?.samples ?? [];
}

const value = fc.oneof(
  fc.double({ min: 0, max: 20, noNaN: true }),
  // The bounds themselves: a bucket includes its own.
  fc.constantFrom(0, ...CHUNK_GAP_SECONDS),
);
const observation = fc.record({
  deployment: fc.constantFrom("a", "b"),
  value,
  weight: fc.integer({ min: 1, max: 4 }),
});

test("agrees with prom-client's own histogram, a weight being that many observations", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(observation), async (observations) => {
      const { histogram, losses } = createHistogram();
      const theirs = new Histogram({
        name: "gap_seconds",
        help: "Help.",
        labelNames: ["deployment"],
        buckets: [...CHUNK_GAP_SECONDS],
        registers: [new Registry()],
      });
      for (const { deployment, value: seconds, weight } of observations) {
        histogram.child({ deployment }).observe(seconds, weight);
        for (let time = 0; time < weight; time += 1) theirs.observe({ deployment }, seconds);
      }
      const expected = (await theirs.get()).values.map((sample) => ({
        name: sample.metricName,
        labels: withFloatBound(sample.labels),
        // A sum of floats depends on the order of additions.
        value: expect.closeTo(sample.value, 6),
      }));
      expect(read(histogram)).toEqual(expected);
      expect(losses).toEqual([]);
    }),
  );
});

function withFloatBound(labels: Record<string, string | number>): Record<string, string | number> {
  const { le } = labels;
  if (le === undefined) return labels;
  return { ...labels, le: Number.isInteger(le) ? `${le}.0` : String(le) };
}

test.each([
  [Number.NaN, 1],
  [-0.001, 1],
  [Infinity, 1],
  [1, 0],
  [1, Number.NaN],
  [1, -1],
])("refuses and counts the value %d with weight %d", (seconds, weight) => {
  const { histogram, losses } = createHistogram();
  histogram.child({ deployment: "a" }).observe(seconds, weight);
  expect(losses).toEqual(["invalid_value"]);
  expect(read(histogram).every((sample) => sample.value === 0)).toBe(true);
});

test("label sets over the budget share one child, and nothing is lost", () => {
  const { histogram, losses } = createHistogram(2);
  for (const deployment of ["a", "b", "c", "d", "a"]) histogram.child({ deployment }).observe(1);
  const counts = read(histogram).filter(({ name }) => name === "gap_seconds_count");
  expect(counts.map((sample) => [sample.labels["deployment"], sample.value])).toEqual([
    ["a", 2],
    ["b", 1],
    ["other", 2],
  ]);
  expect(losses).toEqual(["label_budget", "label_budget"]);
});

test("any label value can be read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (deployment) => {
      const { histogram } = createHistogram();
      histogram.child({ deployment }).observe(1);
      expect(read(histogram)[0]?.labels["deployment"]).toBe(deployment);
    }),
  );
});

test("the same values get the same child", () => {
  const { histogram } = createHistogram();
  expect(histogram.child({ deployment: "a" })).toBe(histogram.child({ deployment: "a" }));
  expect(histogram.child({ deployment: "a" })).not.toBe(histogram.child({ deployment: "b" }));
});

test("the newest exemplar of each bucket is shown at the bucket of its value", () => {
  const { histogram } = createHistogram();
  const child = histogram.child({ deployment: "a" });
  const seen = [0.0005, 0.0007, 0.0009, 0, 30, Number.NaN, -1];
  for (const [index, seconds] of seen.entries()) {
    child.observe(seconds);
    const traceId = String(index).padStart(32, "0");
    child.setExemplar(seconds, { traceId, spanId: "00f067aa0ba902b7", atEpochMs: 1_500 + index });
  }
  const shown = read(histogram).flatMap(({ labels, exemplar }) =>
    exemplar === undefined ? [] : [[labels["le"], exemplar.value, exemplar.atSeconds]],
  );
  expect(shown).toEqual([
    ["0.0005", 0, 1.503],
    ["0.001", 0.0009, 1.502],
    ["+Inf", 30, 1.504],
  ]);
  expect(read(histogram)[0]?.exemplar?.labels).toEqual({
    trace_id: "3".padStart(32, "0"),
    span_id: "00f067aa0ba902b7",
  });
});

test("an exemplar of exactly a bucket's bound is that bucket's", () => {
  for (const bound of CHUNK_GAP_SECONDS) {
    const { histogram } = createHistogram();
    const child = histogram.child({ deployment: "a" });
    child.observe(bound);
    child.setExemplar(bound, { traceId: "0".repeat(32), spanId: "0".repeat(16), atEpochMs: 1 });
    const shown = read(histogram).find(({ exemplar }) => exemplar !== undefined);
    expect(Number(shown?.labels["le"])).toBe(bound);
    expect(shown?.value).toBe(1);
  }
});
