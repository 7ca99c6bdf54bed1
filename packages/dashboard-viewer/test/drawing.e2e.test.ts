/** Every kind of panel, asked of a fake Prometheus, drawn by a real Chromium. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../src/chromium.ts";
import { parseDashboard } from "../src/dashboard-schema.ts";
import { toDashboardView } from "../src/dashboard-picture.ts";
import { createContext, drawFolder } from "../src/draw-folder.ts";
import { PrometheusClient } from "../src/prometheus-client.ts";
import { startFakePrometheus } from "./fake-prometheus.ts";
import type { FakePrometheus } from "./fake-prometheus.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const NOW = 1_700_000_000;
const WIDTH = 1_600;

const hasChromium = findChromium() !== undefined;
const SKIPPED = hasChromium ? "" : " (SKIPPED: chromium is not installed; .ci/run installs it)";

interface Kind {
  readonly type: string;
  readonly query: string;
  /** Of the query. */
  readonly more?: object;
  readonly options?: object;
  readonly custom?: object;
}

const KINDS: readonly Kind[] = [
  {
    type: "timeseries",
    query: "sum(rate(a[$__rate_interval]))",
    more: { exemplar: true },
    options: { legend: { calcs: ["mean", "max"], sortBy: "Max", sortDesc: true } },
    custom: { fillOpacity: 20, thresholdsStyle: { mode: "line" } },
  },
  {
    type: "timeseries",
    query: "a",
    options: { legend: { placement: "right" } },
    custom: { drawStyle: "bars", fillOpacity: 60, stacking: { mode: "normal" } },
  },
  { type: "stat", query: "a" },
  { type: "heatmap", query: "sum by (le) (rate(a_bucket[1m]))", more: { format: "heatmap" } },
  { type: "table", query: "a", more: { format: "table", instant: true, range: false } },
  { type: "bargauge", query: "a", more: { instant: true, range: false } },
  { type: "state-timeline", query: "a" },
  { type: "stat", query: "nothing" },
  { type: "timeseries", query: "broken(" },
  { type: "hologram", query: "a" },
];

const THRESHOLDS = {
  mode: "absolute",
  steps: [
    { value: null, color: "green" },
    { value: 18, color: "orange" },
    { value: 25, color: "red" },
  ],
};
const MAPPINGS = [
  { type: "range", options: { from: 0, to: 12, result: { text: "calm", color: "blue" } } },
];

const DASHBOARD = {
  title: "Every kind",
  templating: { list: [{ name: "model", type: "query", query: "label_values(a, model)" }] },
  panels: [
    { type: "row", title: "A row", gridPos: { x: 0, y: 0, w: 24, h: 1 } },
    ...KINDS.map(({ type, query, more, options = {}, custom = {} }, index) => ({
      type,
      title: `${type} of $model`,
      gridPos: { x: 8 * (index % 3), y: 8 * Math.floor(index / 3) + 1, w: 8, h: 8 },
      targets: [{ refId: "A", expr: query, legendFormat: "{{model}}{{le}}", ...more }],
      options,
      fieldConfig: {
        defaults: { unit: "s", custom, thresholds: THRESHOLDS, mappings: MAPPINGS },
        overrides: [
          {
            matcher: { id: "byName", options: "b" },
            properties: [{ id: "custom.axisPlacement", value: "right" }],
          },
        ],
      },
    })),
    {
      type: "text",
      gridPos: { x: 0, y: 40, w: 24, h: 3 },
      options: { mode: "markdown", content: "# Title\n\n- **bold** and `code`" },
    },
  ],
};

let fake: FakePrometheus;
let folder: string;

beforeAll(async () => {
  fake = await startFakePrometheus();
  folder = await mkdtemp(join(tmpdir(), "slipstream-viewer-"));
  await writeFile(join(folder, "every-kind.json"), JSON.stringify(DASHBOARD));
});

afterAll(async () => {
  fake.close();
  await rm(folder, { recursive: true });
});

test("what each panel will show", async () => {
  const dashboard = parseDashboard(DASHBOARD);
  const times = { start: NOW - 60, end: NOW, scrapeInterval: 1 };
  const context = await createContext(dashboard, new PrometheusClient(fake.url), times);
  const { sections, footer } = await toDashboardView(dashboard, context);
  const panels = sections.flatMap((section) => section.panels);
  expect(sections.map(({ title }) => title)).toEqual(["A row"]);
  expect(panels[0]?.title).toBe("timeseries of a");
  expect(panels.map(({ body }) => (body.type === "message" ? body.text : body.type))).toEqual([
    "time-series",
    "time-series",
    "stat",
    "heatmap",
    "table",
    "bars",
    "timeline",
    "No data",
    "parse error: unexpected end in broken(",
    'This viewer does not draw panels of type "hologram".',
    "text",
  ]);
  expect(footer.join()).toContain("This is not Grafana");
});

test.skipIf(!hasChromium)(`all of it is drawn${SKIPPED}`, async () => {
  const out = join(folder, "pictures");
  const times = { from: NOW - 60, to: NOW, scrapeInterval: undefined, skipEmpty: true };
  const paths = await drawFolder({ dashboards: folder, prometheus: fake.url, out, ...times }, NOW);
  expect(paths).toEqual([join(out, "every-kind.png")]);
  const picture = await readFile(join(out, "every-kind.png"));
  // Of the header of a PNG: width and height.
  expect(picture.readUInt32BE(16)).toBe(WIDTH);
  expect(picture.readUInt32BE(20)).toBeGreaterThan(1_000);
});

interface Ending {
  readonly code: number | null;
  readonly complaint: string;
}

function runMain(words: readonly string[]): Ending {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...words], { encoding: "utf8" });
  return { code: status, complaint: stderr };
}

test("what goes wrong is said in a line, without a stack", () => {
  const out = ["--out", join(folder, "none")];
  const nobody = ["--prometheus", "http://127.0.0.1:1"];
  const here = ["--dashboards", folder];
  expect(runMain([...here, ...nobody, ...out, "--scrape-interval", "1s"])).toEqual({
    code: 1,
    complaint: "Prometheus does not answer at http://127.0.0.1:1\n",
  });
  expect(runMain(["--dashboards", `${folder}/none`, ...nobody, ...out])).toEqual({
    code: 1,
    complaint: `cannot read the folder ${folder}/none\n`,
  });
  expect(runMain([]).code).toBe(2);
});
