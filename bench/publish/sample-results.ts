/** Results as the bench writes them, for tests. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadResult, SuiteResult } from "../stored-results.ts";
import { SCHEMA } from "../results-file.ts";

const DAY_MS = 86_400_000;

export interface SampleRun {
  /** Commits of the same number are the same. */
  readonly number: number;
  readonly atMs: number;
  readonly isQuick?: boolean;
  readonly isClean?: boolean;
  readonly isInRepository?: boolean;
  /** Of the one task that is measured. */
  readonly p50Ns?: number;
}

/** One run a day, the last one at this time. */
export function sampleRuns(runs: number, endMs: number): SampleRun[] {
  return Array.from({ length: runs }, (_, number) => ({
    number,
    atMs: endMs - (runs - 1 - number) * DAY_MS,
    p50Ns: 12_000 + (number % 3) * 100,
  }));
}

export function sampleSuite(run: SampleRun): SuiteResult {
  const p50 = run.p50Ns ?? 12_000;
  const timing = { mean: p50 * 1.1, p50, p75: p50 * 1.2, p99: p50 * 2, p999: p50 * 3 };
  return {
    ...describeRun(run),
    part: "completions",
    missing: [],
    tasks: [
      {
        id: "sse_token_processing/whole_path/200",
        kind: "production",
        does: "200 tokens",
        timing: { ...timing, mad: 100, rme: 0.01, samples: 500 },
      },
    ],
  };
}

export function sampleLoad(run: SampleRun): LoadResult {
  const { environment, ...rest } = describeRun(run);
  const pinning = { type: "free", reason: "a sample" } as const;
  const cpu = { median: 30, min: 28, max: 33 };
  return {
    ...rest,
    part: "load",
    environment: { ...environment, nginx: "1.22.1", pinning, cpuClock: "schedstat" },
    figures: [
      {
        id: "event_cpu_us",
        scenario: "streams",
        label: "CPU per event, µs",
        values: { nginx: { median: 15, min: 14, max: 16 }, slipstream: cpu },
        comparison: { ratio: { median: 2, min: 1.8, max: 2.2 }, budget: 2, isMet: true },
        limit: undefined,
      },
      {
        id: "event_cpu_us",
        scenario: "many_streams",
        label: "CPU per event, µs",
        values: { slipstream: { median: 20, min: 19, max: 21 } },
        comparison: {
          ratio: { median: 1.5, min: 1.5, max: 1.5 },
          budget: undefined,
          isMet: true,
        },
        limit: undefined,
      },
      {
        id: "first_chunk_p99_ms",
        scenario: "streams",
        label: "first chunk p99, ms",
        values: {
          direct: { median: 3.3, min: 3.3, max: 3.3 },
          slipstream: { median: 5, min: 5, max: 5 },
        },
        comparison: undefined,
        limit: { type: "added", max: 2, value: 1.7, isMet: true },
      },
      {
        id: "memory_mib",
        scenario: "streams",
        label: "memory, MiB",
        values: { slipstream: { median: 180, min: 179, max: 257 } },
        comparison: undefined,
        limit: { type: "at_most", max: 256, value: 257, isMet: false },
      },
    ],
  };
}

export function writeSampleResults(folder: string, run: SampleRun): void {
  mkdirSync(folder, { recursive: true });
  for (const result of [sampleSuite(run), sampleLoad(run)]) {
    writeFileSync(join(folder, `${result.part}.json`), JSON.stringify(result));
  }
}

function describeRun({
  number,
  atMs,
  ...run
}: SampleRun): Omit<SuiteResult, "part" | "tasks" | "missing"> {
  const at = new Date(atMs).toISOString();
  const revision = {
    commit: `${number}`.padStart(40, "c"),
    committedAt: at,
    subject: `a "change" of number ${number}`,
    branch: "main",
    isClean: run.isClean ?? true,
  };
  return {
    schema: SCHEMA,
    startedAt: new Date(atMs + 60_000).toISOString(),
    plan: { isQuick: run.isQuick ?? false },
    environment: {
      cpu: "sample",
      cores: 2,
      kernel: "6.1",
      node: "24.21.0",
      loadAverage: 0.1,
      testbed: "5a3b1e00",
      revision: (run.isInRepository ?? true) ? revision : undefined,
    },
  };
}
