/**
 * The history of a machine: one line per commit and part in `history/TESTBED.jsonl`, kept in git. All that
 * Prometheus shows is made from it, and can be made again.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Raised when a field changes its meaning or goes away. */
const HISTORY_SCHEMA = 1;

export interface HistoryLine {
  readonly schema: typeof HISTORY_SCHEMA;
  /** With `-dirty` behind it when files were changed; `unknown` outside of a repository. */
  readonly commit: string;
  /** ISO 8601: of the commit; of the run, where no commit is what was measured. */
  readonly at: string;
  readonly subject: string;
  readonly branch: string;
  readonly part: string;
  readonly tasks: readonly TaskRecord[];
}

export interface TaskRecord {
  readonly task: string;
  /** By statistic, e.g. `p50`. */
  readonly seconds?: Readonly<Record<string, number>>;
  readonly opsPerSecond?: number;
  /** Relative margin of error of the mean, as a share. */
  readonly rme?: number;
  /** To what it is compared with, e.g. nginx. */
  readonly ratio?: number;
}

export interface History {
  readonly testbed: string;
  /** In the order of publishing. */
  readonly lines: readonly HistoryLine[];
}

const ENDING = ".jsonl";

export function createLine(line: Omit<HistoryLine, "schema">): HistoryLine {
  return { schema: HISTORY_SCHEMA, ...line };
}

/** @returns `lines` with these in them; what was of the same commit and part is gone. */
export function mergeLines(
  lines: readonly HistoryLine[],
  published: readonly HistoryLine[],
): HistoryLine[] {
  const merged = new Map<string, HistoryLine>();
  for (const line of [...lines, ...published]) merged.set(`${line.commit} ${line.part}`, line);
  return [...merged.values()];
}

export function readHistories(folder: string): History[] {
  return globSync(`*${ENDING}`, { cwd: folder })
    .toSorted()
    .map((file) => readHistory(folder, basename(file, ENDING)));
}

/** @returns without lines where nothing has been published. */
export function readHistory(folder: string, testbed: string): History {
  const path = toPath(folder, testbed);
  const rows = readText(path).split("\n");
  const lines = rows.flatMap((row, index) =>
    row.trim() === "" ? [] : [parseLine(row, `${path}:${index + 1}`)],
  );
  return { testbed, lines };
}

export function writeHistory(folder: string, { testbed, lines }: History): void {
  mkdirSync(folder, { recursive: true });
  const rows = lines.map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(toPath(folder, testbed), rows.join(""));
}

function toPath(folder: string, testbed: string): string {
  return join(folder, `${testbed}${ENDING}`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

function parseLine(row: string, place: string): HistoryLine {
  let line: Partial<HistoryLine> | null;
  try {
    line = JSON.parse(row) as Partial<HistoryLine> | null;
  } catch (cause) {
    throw new Error(`${place} is not JSON.`, { cause });
  }
  if (line?.schema !== HISTORY_SCHEMA || !isWhole(line)) {
    throw new Error(`${place} is no line of a history of schema ${HISTORY_SCHEMA}.`);
  }
  return line;
}

function isWhole(line: Partial<HistoryLine>): line is HistoryLine {
  const { at, commit, subject, branch, part } = line;
  const tasks: readonly unknown[] = Array.isArray(line.tasks) ? line.tasks : [undefined];
  const texts = [at, commit, subject, branch, part, ...tasks.map(readTaskName)];
  return texts.every((text) => typeof text === "string") && !Number.isNaN(Date.parse(at ?? ""));
}

function readTaskName(record: unknown): unknown {
  return typeof record === "object" && record !== null ? Reflect.get(record, "task") : undefined;
}
