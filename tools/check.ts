/**
 * `npm test`: everything that must hold, in one command; `npm run test:long`: the tests that besiege a
 * gateway for some twenty minutes; `npm run test:all`: both. Ends with the plain line `N passed, N failed`,
 * in which every step counts as one and every test as one.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Step {
  readonly name: string;
  readonly command: string;
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** What vitest's JSON reporter writes, as far as it is read here. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
}

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "slipstream-check-"));

const STEPS: readonly Step[] = [
  { name: "types", command: "turbo", words: ["run", "types", "--output-logs=errors-only"] },
  { name: "lint", command: "oxlint", words: ["--type-aware"] },
  { name: "format", command: "oxfmt", words: ["--check"] },
  { name: "dead code", command: "knip", words: [] },
  {
    // Every benchmark and every load once: that they run and that all answers are right, not how fast.
    name: "benchmarks, briefly",
    command: "node",
    words: ["bench/main.ts", "--quick"],
    env: { BENCH_RESULTS: join(folder, "bench") },
  },
];

const runUsual = (): readonly Count[] => [...STEPS.map(runStep), runTests("tests", [])];
const runLong = (): readonly Count[] => [
  runTests("long tests", ["--config", "vitest.long.config.ts"]),
];
const PARTS: Readonly<Record<string, () => readonly Count[]>> = {
  usual: runUsual,
  long: runLong,
  all: () => [...runUsual(), ...runLong()],
};

try {
  const [part = "usual"] = process.argv.slice(2);
  const counts = PARTS[part]?.();
  if (counts === undefined) throw new Error(`${part}: expected ${Object.keys(PARTS).join(", ")}`);
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function runStep(step: Step): Count {
  const isGood = run(step);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
}

function runTests(name: string, options: readonly string[]): Count {
  const file = join(folder, `${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const isGood = run({ name, command: "vitest", words: ["run", ...options, ...reporters] });
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
    const { numPassedTests: passed, numFailedTests, numPendingTests: skipped } = report;
    if (skipped > 0) console.log(`\n${skipped} tests were skipped: see above what they miss.`);
    // A file that does not load has no tests that could fail.
    const failed = Math.max(numFailedTests, isGood ? 0 : 1);
    return { passed, failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function run({ name, command, words, env }: Step): boolean {
  console.log(`\n── ${name}`);
  const startMs = performance.now();
  const { status, error } = spawnSync(command, words, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  console.log(`── ${name}: ${status === 0 ? "good" : "FAILED"} (${seconds} s)`);
  return status === 0;
}
