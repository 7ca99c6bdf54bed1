/** Histories into the data folder of a Prometheus, through its own tool: it is the one that knows blocks. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { History } from "./history.ts";
import { renderOpenMetrics } from "./open-metrics.ts";
import { PublishFailure } from "./publish-failure.ts";

const HOUR_MS = 3_600_000;
/** What a server may still hold in memory, its head: a block must not reach into it. */
const HEAD_HOURS = 3;
/** By default there is a block for every two hours in which something was measured. */
const BLOCK_DURATION = "--max-block-duration=720h";

/**
 * @returns how many lines were left out because a server that has used the folder may still hold their time
 *   in memory.
 */
export function backfill(histories: readonly History[], dataFolder: string, nowMs: number): number {
  const hasHead = existsSync(join(dataFolder, "wal"));
  const latestMs = hasHead ? nowMs - HEAD_HOURS * HOUR_MS : Infinity;
  const settled = histories.map(({ testbed, lines }) => ({
    testbed,
    lines: lines.filter(({ at }) => Date.parse(at) <= latestMs),
  }));
  const left = countLines(histories) - countLines(settled);
  if (countLines(settled) > 0) createBlocks(settled, dataFolder);
  return left;
}

function createBlocks(histories: readonly History[], dataFolder: string): void {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-publish-"));
  try {
    const file = join(folder, "bench.om");
    writeFileSync(file, renderOpenMetrics(histories, { hasTimestamps: true }));
    const words = ["tsdb", "create-blocks-from", BLOCK_DURATION, "--quiet", "openmetrics"];
    const tool = spawnSync("promtool", [...words, file, dataFolder], { encoding: "utf8" });
    if (tool.error !== undefined) {
      throw new PublishFailure(
        "--backfill needs promtool, which comes with Prometheus: apt-get install prometheus.",
      );
    }
    if (tool.status !== 0) {
      throw new PublishFailure(`promtool does not take it: ${tool.stderr.trim()}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countLines(histories: readonly History[]): number {
  return histories.reduce((sum, { lines }) => sum + lines.length, 0);
}
