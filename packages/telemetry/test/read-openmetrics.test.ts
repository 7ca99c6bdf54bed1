import { expect, test } from "vitest";
import { readOpenMetrics } from "./read-openmetrics.ts";

const HEAD = "# HELP a_seconds help\n# TYPE a_seconds histogram\n";
const TAIL = "a_seconds_sum 1\na_seconds_count 2\n# EOF\n";

test("reads families, labels and values", () => {
  const text = `# HELP a help\n# TYPE a counter\na_total{b="x\\"\\\\\\n",c="y"} 2\n# EOF\n`;
  expect(readOpenMetrics(text).get("a")?.samples).toEqual([
    { name: "a_total", labels: { b: 'x"\\\n', c: "y" }, value: 2 },
  ]);
});

test("reads the exemplar of a bucket", () => {
  const bucket = 'a_seconds_bucket{le="+Inf"} 2 # {trace_id="ab",span_id="c"} 1.5 1000.001\n';
  expect(readOpenMetrics(HEAD + bucket + TAIL).get("a_seconds")?.samples[0]).toEqual({
    name: "a_seconds_bucket",
    labels: { le: "+Inf" },
    value: 2,
    exemplar: { labels: { trace_id: "ab", span_id: "c" }, value: 1.5, atSeconds: 1000.001 },
  });
});

test.each([
  ["no end", "# HELP a help\n# TYPE a gauge\na 1\n"],
  ["a counter without _total", "# HELP a help\n# TYPE a counter\na 1\n# EOF\n"],
  ["a sample twice", "# HELP a help\n# TYPE a gauge\na 1\na 1\n# EOF\n"],
  [
    "a family in two blocks",
    "# HELP a h\n# TYPE a gauge\na 1\n# HELP a h\n# TYPE a gauge\n# EOF\n",
  ],
  ["a bare quote", '# HELP a help\n# TYPE a gauge\na{b="""} 1\n# EOF\n'],
  ["a whole bound", `${HEAD}a_seconds_bucket{le="1"} 2\na_seconds_bucket{le="+Inf"} 2\n${TAIL}`],
  [
    "bounds out of order",
    `${HEAD}a_seconds_bucket{le="1.0"} 1\na_seconds_bucket{le="0.5"} 1\na_seconds_bucket{le="+Inf"} 2\n${TAIL}`,
  ],
  [
    "buckets that do not accumulate",
    `${HEAD}a_seconds_bucket{le="0.5"} 3\na_seconds_bucket{le="+Inf"} 2\n${TAIL}`,
  ],
  ["an exemplar of a gauge", '# HELP a h\n# TYPE a gauge\na 1 # {b="c"} 1 1\n# EOF\n'],
  [
    "an exemplar in the wrong bucket",
    `${HEAD}a_seconds_bucket{le="0.5"} 1 # {b="c"} 1 1\na_seconds_bucket{le="+Inf"} 2\n${TAIL}`,
  ],
  ["a count that is not the last bucket", `${HEAD}a_seconds_bucket{le="+Inf"} 1\n${TAIL}`],
])("refuses %s", (_, text) => {
  expect(() => readOpenMetrics(text)).toThrow();
});
