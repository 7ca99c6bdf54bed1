/** `npm run bench:picture`, as a command. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "@slipstream/dashboard-viewer/chromium";
import { afterAll, expect, test } from "vitest";
import { HAS_PROMETHEUS, NEEDS_PROMETHEUS } from "./prometheus-server.ts";

const MAIN = join(import.meta.dirname, "draw-board.ts");
const PNG = Buffer.from("89504e470d0a1a0a", "hex");
const hasChromium = findChromium() !== undefined;
const NEEDS_CHROMIUM = hasChromium
  ? ""
  : " (SKIPPED: chromium is not installed; .ci/run installs it)";
const TIMEOUT_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "slipstream-draw-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...words: readonly string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    encoding: "utf8",
  });
  return { status, said: stdout + stderr };
}

test.each([
  [["--help"], 0, "Usage: npm run bench:picture"],
  [["--hlep"], 2, "Usage: npm run bench:picture"],
  [["--history", folder], 1, "npm run bench:publish makes one"],
])("%j", (words, status, said) => {
  const result = run(...words);
  expect(result.said).toContain(said);
  expect(result.status).toBe(status);
});

test.skipIf(!HAS_PROMETHEUS || !hasChromium)(
  `draws what is in the history${NEEDS_PROMETHEUS}${NEEDS_CHROMIUM}`,
  () => {
    const { status, said } = run("--out", folder);
    const path = join(folder, "slipstream-benchmarks.png");
    expect(said).toContain(path);
    expect(status).toBe(0);
    expect(readFileSync(path).subarray(0, PNG.length)).toEqual(PNG);
  },
  TIMEOUT_MS,
);
