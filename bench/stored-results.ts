/** What `npm run bench` wrote down, read back. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import type { Figure } from "./load/figures.ts";
import type { LoadEnvironment } from "./load/report.ts";
import type { MeasuredTask } from "./micro/measure-suite.ts";
import type { Suite, Task } from "./micro/task.ts";
import { SCHEMA } from "./results-file.ts";

interface ResultBase {
  readonly schema: number;
  /** The name of a suite, or `load`. */
  readonly part: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly plan: { readonly isQuick: boolean };
  readonly environment: Environment;
}

export interface StoredTask extends Omit<Task, "run"> {
  readonly timing: MeasuredTask["timing"];
}

export interface SuiteResult extends ResultBase {
  readonly tasks: readonly StoredTask[];
  readonly missing: Suite["missing"];
}

export interface LoadResult extends ResultBase {
  readonly environment: LoadEnvironment;
  readonly figures: readonly Figure[];
}

export type StoredResult = SuiteResult | LoadResult;

export function isLoadResult(result: StoredResult): result is LoadResult {
  return "figures" in result;
}

/**
 * @returns those of the folder, by name; none where there is no folder.
 * @throws when a file is none, or of another version of the bench.
 */
export function readResults(folder: string): StoredResult[] {
  return globSync("*.json", { cwd: folder })
    .toSorted()
    .map((file) => readResult(join(folder, file)));
}

function readResult(path: string): StoredResult {
  const result = parse(path) as Partial<StoredResult> | null;
  if (result === null || !isWhole(result)) {
    throw new Error(`${path} is no result of a benchmark.`);
  }
  if (result.schema !== SCHEMA) {
    throw new Error(`${path} has schema ${result.schema}, not ${SCHEMA}: measure again.`);
  }
  return result;
}

function isWhole(result: Partial<StoredResult>): result is StoredResult {
  const { part, startedAt, plan, environment } = result;
  const measured: unknown = Reflect.get(result, "tasks") ?? Reflect.get(result, "figures");
  return (
    typeof part === "string" &&
    typeof startedAt === "string" &&
    typeof plan?.isQuick === "boolean" &&
    typeof environment?.testbed === "string" &&
    Array.isArray(measured)
  );
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`${path} cannot be read as JSON.`, { cause });
  }
}
