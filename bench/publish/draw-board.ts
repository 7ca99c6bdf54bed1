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
import { PublishFailure } from "./publish-failure.ts";
import { NEEDS_PROMETHEUS, startPrometheus } from "./prometheus-server.ts";
import { isQuickTestbed } from "./to-lines.ts";

const ROOT = join(import.meta.dirname, "../..");
const BOARD = "slipstream-benchmarks.json";
/** Of the time between the first and the last result, what is shown beside them. */
const MARGIN_SHARE = 0.05;
const MARGIN_SECONDS_MIN = 600;
/** What queries look back from the end of the picture, as with a data source that scrapes each minute. */
const SCRAPE_SECONDS = 60;

const HELP = `Draws the dashboard Benchmarks with the histories in bench/history, into a PNG.

Usage: npm run bench:picture [-- [--history DIR] [--out DIR]]

  --history DIR  instead of bench/history
  --out DIR      instead of docs/images/dashboards
  --help         this text

Needs Prometheus, promtool and Chromium. Histories of brief runs are left out.
Exit codes: 0 drawn, 1 failed, 2 the command line is wrong.`;

try {
  const { values } = parseArgs({
    options: {
      history: { type: "string", default: join(ROOT, "bench/history") },
      out: { type: "string", default: join(ROOT, "docs/images/dashboards") },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) console.log(HELP);
  else await draw(values.history, values.out);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof TypeError && "code" in error;
  console.error(isUsage ? `${message}\n\n${HELP}` : message);
  process.exitCode = isUsage ? 2 : 1;
}

/** @throws {PublishFailure} when there is nothing to draw, or nothing to draw it with. */
async function draw(historyFolder: string, out: string): Promise<void> {
  const histories = readHistories(historyFolder).filter(({ testbed }) => !isQuickTestbed(testbed));
  const times = histories.flatMap(({ lines }) => lines.map(({ at }) => Date.parse(at) / 1000));
  if (times.length === 0) {
    throw new PublishFailure(
      `There is no history in ${historyFolder}: npm run bench:publish makes one.`,
    );
  }
  if (NEEDS_PROMETHEUS !== "")
    throw new PublishFailure(`The board cannot be drawn${NEEDS_PROMETHEUS}.`);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const margin = Math.max(MARGIN_SECONDS_MIN, (last - first) * MARGIN_SHARE);
  const range = { from: first - margin, to: last + margin };
  const folder = mkdtempSync(join(tmpdir(), "slipstream-board-"));
  try {
    backfill(histories, folder, Date.now());
    const server = await startPrometheus(folder);
    try {
      // The others would find nothing there.
      const dashboards = join(folder, "board");
      mkdirSync(dashboards);
      copyFileSync(join(ROOT, "dashboards/dist/classic", BOARD), join(dashboards, BOARD));
      const options = {
        dashboards,
        out,
        ...range,
        scrapeInterval: SCRAPE_SECONDS,
        skipEmpty: true,
      };
      const paths = await drawFolder({ ...options, prometheus: server.url }, range.to);
      for (const path of paths) console.log(path);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
