import { expect, test } from "vitest";
import { toFrames, transform } from "./table-frame.ts";
import type { Frame } from "./table-frame.ts";
import type { TargetResult } from "./query-panel.ts";

type Row = readonly [labels: Readonly<Record<string, string>>, value: number];

function answer(refId: string, rows: readonly Row[]): TargetResult {
  return {
    target: { refId, expr: "" },
    expression: "",
    type: "instant",
    series: rows.map(([labels, value]) => ({ labels, samples: [{ time: 1, value }] })),
    exemplars: [],
    step: 1,
    problem: undefined,
  };
}

function show(frame: Frame): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    frame.filter(({ name }) => name !== "Time").map(({ name, cells }) => [name, cells]),
  );
}

const REQUESTS = answer("A", [
  [{ model: "a" }, 1],
  [{ model: "b" }, 2],
]);
const ERRORS = answer("B", [[{ model: "b" }, 20]]);

test("rows that agree become one", () => {
  const { frame } = transform(toFrames([REQUESTS, ERRORS]), [{ id: "merge" }]);
  expect(show(frame)).toEqual({
    model: ["a", "b"],
    "Value #A": [1, 2],
    "Value #B": [null, 20],
  });
});

test("what only one query has a label for does not keep rows apart", () => {
  const builds = answer("A", [[{ instance: "x", version: "1" }, 1]]);
  const ages = answer("B", [[{ instance: "x" }, 35]]);
  expect(show(transform(toFrames([builds, ages]), [{ id: "merge" }]).frame)).toEqual({
    instance: ["x"],
    version: ["1"],
    "Value #A": [1],
    "Value #B": [35],
  });
});

test("columns are left out, renamed and moved, rows are sorted", () => {
  const organize = {
    id: "organize",
    options: {
      excludeByName: { Time: true },
      renameByName: { model: "Model", Value: "Requests" },
      indexByName: { Value: 0, model: 1 },
    },
  };
  const sortBy = { id: "sortBy", options: { sort: [{ field: "Requests", desc: true }] } };
  const { frame, unknown } = transform(toFrames([REQUESTS]), [organize, sortBy, { id: "magic" }]);
  expect(frame.map(({ name }) => name)).toEqual(["Requests", "Model"]);
  expect(show(frame)).toEqual({ Requests: [2, 1], Model: ["b", "a"] });
  expect(unknown).toEqual(["magic"]);
});
