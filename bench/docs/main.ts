/** `npm run bench:docs`: docs/benchmarks.md and its images from what was measured last. */
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PARTS } from "../command-line.ts";
import { RESULTS_FOLDER } from "../results-file.ts";
import { isLoadResult, readResults } from "../stored-results.ts";
import { toCharts } from "./charts.ts";
import { findDoubts } from "./doubts.ts";
import { renderPage } from "./page.ts";

const HELP = `Writes docs/benchmarks.md and docs/images/benchmarks/*.svg from bench/results/*.json.

Usage: npm run bench:docs [-- [--results DIR] [--out DIR]]

  --results DIR  instead of bench/results
  --out DIR      instead of docs
  --help         this text

Results of quick runs, of other branches and of changed trees are marked as such; what is missing is named.
Exit codes: 0 written, 1 failed, 2 the command line is wrong.`;

try {
  const { values } = parseArgs({
    options: {
      results: { type: "string", default: RESULTS_FOLDER },
      out: { type: "string", default: join(import.meta.dirname, "../../docs") },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) console.log(HELP);
  else write(values.results, values.out);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof TypeError && "code" in error;
  console.error(isUsage ? `${message}\n\n${HELP}` : message);
  process.exitCode = isUsage ? 2 : 1;
}

function write(resultsFolder: string, docsFolder: string): void {
  const results = readResults(resultsFolder);
  const load = results.find(isLoadResult);
  const tasks = results.flatMap((result) => (isLoadResult(result) ? [] : result.tasks));
  const isDoubtful = results.some((result) => findDoubts(result).length > 0);
  const charts = toCharts(tasks, load, isDoubtful ? "Not to be relied on: see the page." : "");

  const images = join(docsFolder, "images", "benchmarks");
  mkdirSync(images, { recursive: true });
  // One of an earlier run would be shown by nobody.
  for (const old of globSync("*.svg", { cwd: images })) rmSync(join(images, old));
  for (const { name, svg } of charts) writeFileSync(join(images, `${name}.svg`), svg);
  writeFileSync(join(docsFolder, "benchmarks.md"), renderPage({ results, charts, parts: PARTS }));
  console.error(`docs/benchmarks.md: ${results.length} parts, ${charts.length} charts`);
}
