import { expect, test } from "vitest";
import { renderBoard } from "./board.ts";
import type { BoardDefinition } from "./board.ts";
import { readPanels } from "./lint.ts";
import type { CounterRow, HistogramRow } from "./metric-row.ts";
import { bars, fallsTo, heatmap, lines, quantiles, stat, table, timeline } from "./panel.ts";
import type { PanelDefinition } from "./panel.ts";
import { Promql } from "./promql.ts";

const WAIT: HistogramRow<never> = {
  type: "histogram",
  name: "w_seconds",
  labels: [],
  buckets: [1],
};
const DONE: CounterRow<"x"> = { type: "counter", name: "d_total", labels: ["x"] };
const promql = new Promql({ window: "$__rate_interval" });
const FACTS = { description: "Why.", unit: "seconds" } as const;

const PANELS: readonly PanelDefinition[] = [
  stat({ ...FACTS, title: "stat", query: promql.rate(DONE), steps: fallsTo(2, 1) }),
  quantiles({ ...FACTS, title: "quantiles", of: WAIT, promql, hasExemplars: true }),
  heatmap({ ...FACTS, title: "heatmap", of: WAIT, promql }),
  bars({ ...FACTS, title: "bars", series: { "{{x}}": promql.rate(DONE, { by: ["x"] }) } }),
  timeline({ ...FACTS, title: "timeline", series: { all: "up" }, steps: fallsTo(2, 1) }),
  table({
    ...FACTS,
    title: "table",
    headings: { x: "X" },
    columns: {
      Rate: { query: promql.rate(DONE, { by: ["x"] }), unit: "requests per second" },
      Other: { query: promql.rate(DONE, { by: ["x"] }), unit: "bytes" },
    },
  }),
  lines({ ...FACTS, title: "lines", series: { a: "up", b: "up" }, isStacked: true }),
];

function boardOf(...rows: readonly (readonly PanelDefinition[])[]): BoardDefinition {
  const titled = rows.map((panels, index) => ({ title: `row ${index}`, panels }));
  return { uid: "b", title: "B", description: "", tags: ["t"], variables: [], rows: titled };
}

/** As Grafana reads it: what the SDK holds beside the data is gone. */
function render(board: BoardDefinition): ReturnType<typeof readPanels> {
  return readPanels(JSON.parse(JSON.stringify(renderBoard(board))));
}

function panelOf(title: string): ReturnType<typeof render>[number] {
  const found = render(boardOf(PANELS)).find((panel) => panel.title === title);
  if (found === undefined) throw new Error(`no panel ${title}`);
  return found;
}

test("every kind becomes the panel that Grafana has for it", () => {
  expect(render(boardOf(PANELS)).map(({ type }) => type)).toEqual([
    "stat",
    "timeseries",
    "heatmap",
    "bargauge",
    "state-timeline",
    "table",
    "timeseries",
  ]);
});

test("quantiles are three queries in fixed colours, with exemplars", () => {
  const { targets, fieldConfig } = panelOf("quantiles");
  expect(targets).toMatchObject([
    { refId: "A", legendFormat: "p50", exemplar: true, range: true },
    { refId: "B", legendFormat: "p95", exemplar: true },
    { refId: "C", legendFormat: "p99", exemplar: true },
  ]);
  const colours = fieldConfig?.overrides.map(({ properties }) => properties[0]?.value.fixedColor);
  expect(colours).toEqual(["green", "orange", "red"]);
});

test("a heatmap asks for buckets as such", () => {
  expect(panelOf("heatmap").targets).toMatchObject([
    { format: "heatmap", expr: "sum by (le) (rate(w_seconds_bucket[$__rate_interval]))" },
  ]);
});

test("a table names its columns and gives each its unit", () => {
  const { targets, transformations, fieldConfig } = panelOf("table");
  expect(targets).toMatchObject([{ instant: true, format: "table" }, { refId: "B" }]);
  expect(transformations?.[1]?.options.renameByName).toEqual({
    x: "X",
    "Value #A": "Rate",
    "Value #B": "Other",
  });
  expect(fieldConfig?.overrides.map(({ matcher }) => matcher.options)).toEqual(["Rate", "Other"]);
});

test("the only column of a table has no letter", () => {
  const columns = { Rate: { query: "up", unit: "count" } } as const;
  const only = table({ ...FACTS, title: "only", headings: {}, columns });
  const [panel] = render(boardOf([only]));
  expect(panel?.transformations?.[1]?.options.renameByName).toEqual({ Value: "Rate" });
});

test("a description ends with the metrics that are asked for", () => {
  expect(panelOf("stat").description).toBe("Why.\n\nMetrics: `d_total`");
});

test("an idle gateway shows words, not NaN", () => {
  expect(JSON.stringify(panelOf("stat").fieldConfig?.defaults.mappings)).toContain("no traffic");
});

test("panels fill lines from the left, and rows follow each other", () => {
  const half = PANELS[1];
  const quarter = PANELS[0];
  if (half === undefined || quarter === undefined) throw new Error("panels are missing");
  const named = ["a", "b", "c"].map((title) => ({ ...half, title }));
  const places = render(boardOf(named, [quarter])).map(({ gridPos }) => gridPos);
  expect(places).toEqual([
    { x: 0, y: 1, w: 12, h: 8 },
    { x: 12, y: 1, w: 12, h: 8 },
    { x: 0, y: 9, w: 12, h: 8 },
    { x: 0, y: 18, w: 4, h: 4 },
  ]);
});

test("a panel keeps its id when others come before it", () => {
  const [first, second] = PANELS;
  if (first === undefined || second === undefined) throw new Error("panels are missing");
  const alone = render(boardOf([second]))[0]?.id;
  expect(render(boardOf([first, second]))[1]?.id).toBe(alone);
});

test("two panels of one name in one row cannot be told apart", () => {
  const [panel] = PANELS;
  if (panel === undefined) throw new Error("panels are missing");
  expect(() => renderBoard(boardOf([panel, panel]))).toThrow("have the same panel id");
});
