/** What the page says of results that are good, doubtful, or not there. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sampleLoad, sampleSuite, writeSampleResults } from "../publish/sample-results.ts";
import type { SampleRun } from "../publish/sample-results.ts";
import type { LoadResult } from "../stored-results.ts";
import { toCharts } from "./charts.ts";
import { renderPage } from "./page.ts";

const RUN: SampleRun = { number: 1, atMs: Date.UTC(2026, 10, 24) };
const PARTS = ["completions", "auth", "load"];

function render(run: SampleRun): string {
  const [suite, load] = [sampleSuite(run), sampleLoad(run)];
  const charts = toCharts(suite.tasks, load, "");
  return renderPage({ results: [suite, load], charts, parts: PARTS });
}

test("tasks, load by scenario with its budgets, and what was not measured", () => {
  const page = render(RUN);
  expect(page).toContain("**Not measured yet:** auth.");
  expect(page).not.toContain("Not to be relied on");
  expect(page).toMatch(
    /\*\*ours\*\* `sse_token_processing\/whole_path\/200` \| 200 tokens +\| 12\.0 µs/,
  );
  expect(page).toMatch(/^\| streams +\| direct +\| nginx +\| slipstream +\| ratio/m);
  expect(page).toMatch(/2\.00 \(1\.80 to 2\.20\) \| 2\.0: met/);
  expect(page).toMatch(/^\| many streams/m);
  expect(page).toMatch(/1\.50 \(1\.50 to 1\.50\) \| –/);
  expect(page).toContain("| ≤ 2 added: met (1.70) ");
  expect(page).toContain("| ≤ 256: **missed** (257) ");
  expect(page).toContain("(images/benchmarks/gateway-against-nginx.svg)");
});

test.each([
  [{ isQuick: true }, "Measured with `--quick`"],
  [{ isClean: false }, "Measured with changes that are in no commit"],
  [{ isInRepository: false }, "Measured outside of a repository"],
])("of %j it says so", (more, doubt) => {
  const page = render({ ...RUN, ...more });
  expect(page).toContain("> **Not to be relied on.**");
  expect(page).toContain(doubt);
});

test("a run from before there were limits has none, and no chart of them", () => {
  const load = sampleLoad(RUN);
  // As they lie in its file, where what is undefined is not written.
  const figures = load.figures.map((figure) => ({ ...figure, limit: undefined }));
  const old = JSON.parse(JSON.stringify({ ...load, figures })) as LoadResult;
  const charts = toCharts([], old, "");
  expect(charts.map(({ name }) => name)).toEqual(["gateway-against-nginx"]);
  const page = renderPage({ results: [old], charts, parts: PARTS });
  expect(page).toContain("first chunk p99, ms");
  expect(page).not.toContain("≤");
});

test("what was promised is shown by its limit", () => {
  const [, chart] = toCharts([], sampleLoad(RUN), "");
  expect(chart?.name).toBe("limits");
  expect(chart?.alternative).toContain(
    "streams, first chunk p99, ms: 1.70 (≤ 2 added: met); streams, memory, MiB: 257 (≤ 256: missed)",
  );
});

test("a chart says in words what it shows, and that it is doubtful", () => {
  const [chart] = toCharts([], sampleLoad(RUN), "Not to be relied on.");
  expect(chart?.alternative).toContain("Slipstream: 2.00 (budget met)");
  expect(chart?.svg).toMatch(/<desc id="description">[^<]*Slipstream: 2\.00 \(budget met\)/);
  expect(chart?.svg).toContain("Not to be relied on.");
});

function runProgram(results: string): { readonly status: number | null; readonly page: string } {
  const out = mkdtempSync(join(tmpdir(), "slipstream-docs-"));
  onTestFinished(() => rmSync(out, { recursive: true }));
  const words = [join(import.meta.dirname, "main.ts"), "--results", results, "--out", out];
  const { status } = spawnSync(process.execPath, words);
  return { status, page: readFileSync(join(out, "benchmarks.md"), "utf8") };
}

test("the program writes the page, with results and without", () => {
  const results = mkdtempSync(join(tmpdir(), "slipstream-results-"));
  onTestFinished(() => rmSync(results, { recursive: true }));
  const empty = runProgram(results);
  expect([empty.status, empty.page]).toEqual([0, expect.stringContaining("Not measured yet")]);
  writeSampleResults(results, RUN);
  const full = runProgram(results);
  expect([full.status, full.page]).toEqual([0, expect.stringContaining("## completions")]);
});
