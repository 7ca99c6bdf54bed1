/**
 * Draws the board of benchmarks with the histories that are kept in git: `npm run bench:picture`.
 *
 * A Prometheus that nobody else sees is filled with them and asked what the board asks.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drawFolder } from "@slipstream/dashboard-viewer/draw-folder";
import { backfill } from "./backfill.ts";
import { readHistories } from "./history.ts";
import { NEEDS_PROMETHEUS, startPrometheus } from "./prometheus-server.ts";
import { isQuickTestbed } from "./to-lines.ts";

const root = join(import.meta.dirname, "../..");
const text = { type: "string" } as const;
const { values } = parseArgs({ options: { history: text, out: text } });
const history = values.history ?? join(root, "bench/history");
const BOARD = "slipstream-benchmarks.json";
const out = values.out ?? join(root, "docs/images/dashboards");

/** Of the time between the first and the last result, what is shown beside them. */
const MARGIN_SHARE = 0.05;
const MARGIN_SECONDS_MIN = 600;
/** What queries look back from the end of the picture, as with a data source that scrapes each minute. */
const SCRAPE_SECONDS = 60;

const histories = readHistories(history).filter(({ testbed }) => !isQuickTestbed(testbed));
const times = histories.flatMap(({ lines }) => lines.map(({ at }) => Date.parse(at) / 1000));
if (times.length === 0) {
  console.error(`There is no history in ${history}: npm run bench:publish makes one.`);
  process.exit(1);
}
if (NEEDS_PROMETHEUS !== "") {
  console.error(`The board cannot be drawn${NEEDS_PROMETHEUS}.`);
  process.exit(1);
}
const [first, last] = [Math.min(...times), Math.max(...times)];
const margin = Math.max(MARGIN_SECONDS_MIN, (last - first) * MARGIN_SHARE);
const folder = mkdtempSync(join(tmpdir(), "slipstream-board-"));
try {
  backfill(histories, folder, Date.now());
  const server = await startPrometheus(folder);
  try {
    const range = { from: first - margin, to: last + margin };
    // The others would find nothing there.
    const dashboards = join(folder, "board");
    mkdirSync(dashboards);
    copyFileSync(join(root, "dashboards/dist/classic", BOARD), join(dashboards, BOARD));
    const options = { dashboards, out, ...range, scrapeInterval: SCRAPE_SECONDS, skipEmpty: true };
    const paths = await drawFolder({ ...options, prometheus: server.url }, range.to);
    for (const path of paths) console.log(path);
  } finally {
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
