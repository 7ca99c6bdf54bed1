/** From results to lines of a history, and what may not become one. */
import type { Figure } from "../load/figures.ts";
import type { Spread } from "../load/statistics.ts";
import { GATEWAY } from "../load/subjects/subject.ts";
import { isLoadResult } from "../stored-results.ts";
import type { StoredResult, StoredTask } from "../stored-results.ts";
import { createLine } from "./history.ts";
import type { HistoryLine, TaskRecord } from "./history.ts";

const SHORT_COMMIT = 12;
/** More would be noise, and noise makes long files. */
const DIGITS = 6;
const NS_PER_SECOND = 1e9;
/** Behind the name of a testbed: brief runs have a history of their own, which git does not keep. */
const QUICK = "-quick";

export interface Allowed {
  readonly isDirtyAllowed: boolean;
  readonly isQuickAllowed: boolean;
}

/** @returns why it may not be published; nothing when it may. */
export function findObjections(
  { part, plan, environment: { revision } }: StoredResult,
  { isDirtyAllowed, isQuickAllowed }: Allowed,
): string[] {
  const objections: string[] = [];
  if (plan.isQuick && !isQuickAllowed) {
    objections.push(`${part}: measured with --quick, for soundness, not for numbers`);
  }
  if (isDirtyAllowed) return objections;
  if (revision === undefined) objections.push(`${part}: measured outside of a repository`);
  else if (!revision.isClean) {
    const commit = revision.commit.slice(0, SHORT_COMMIT);
    objections.push(`${part}: measured with changes that are not in ${commit}`);
  }
  return objections;
}

export function toTestbed({ plan, environment: { testbed } }: StoredResult): string {
  return plan.isQuick ? `${testbed}${QUICK}` : testbed;
}

export function isQuickTestbed(testbed: string): boolean {
  return testbed.endsWith(QUICK);
}

export function toLine(result: StoredResult): HistoryLine {
  const { part, startedAt, environment } = result;
  const tasks = isLoadResult(result)
    ? result.figures.flatMap(toLoadRecords)
    : result.tasks.map(toTaskRecord);
  const { revision } = environment;
  if (revision === undefined) {
    const nowhere = { commit: "unknown", at: startedAt, subject: "", branch: "unknown" };
    return createLine({ ...nowhere, part, tasks });
  }
  const { commit, committedAt, subject, branch, isClean } = revision;
  // What was changed has no time of its own: two runs of it must not fall on one another, or on the commit's.
  const when = isClean ? { commit, at: committedAt } : { commit: `${commit}-dirty`, at: startedAt };
  return createLine({ ...when, subject, branch, part, tasks });
}

function toTaskRecord({ id, timing }: StoredTask): TaskRecord {
  const { mean, p50, p75, p99, p999, rme } = timing;
  return {
    task: id,
    seconds: roundAll({ mean, p50, p75, p99, p999 }, NS_PER_SECOND),
    opsPerSecond: round(NS_PER_SECOND / mean),
    rme: round(rme),
  };
}

const UNITS_PER_SECOND = { us: 1e6, ms: 1e3 } as const;
/** `event_cpu_us`, `first_chunk_p99_ms`: what, which statistic, and the unit. */
const TIME_FIGURE = /^(?<what>.+?)(?:_(?<stat>p\d+))?_(?<unit>us|ms)$/;

/**
 * By scenario, in which alone its id is unique: one per subject; the gateway's has the ratio to that with which it
 * is compared. What is no time has no place on the board.
 */
function toLoadRecords({ id, scenario, values, comparison }: Figure): TaskRecord[] {
  const { what = id, stat, unit } = TIME_FIGURE.exec(id)?.groups ?? {};
  if (unit !== "us" && unit !== "ms") return [];
  return Object.entries(values).map(([subject, spread]) => {
    const task = `${scenario}/${what}/${subject}`;
    const record = toTimeRecord(task, spread, { stat, perSecond: UNITS_PER_SECOND[unit] });
    if (comparison === undefined || subject !== GATEWAY) return record;
    return { ...record, ratio: round(comparison.ratio.median) };
  });
}

/** A percentile of all samples, or the median of what each round gave, with its extremes. */
function toTimeRecord(
  task: string,
  { median, min, max }: Spread,
  { stat, perSecond }: { readonly stat: string | undefined; readonly perSecond: number },
): TaskRecord {
  if (stat !== undefined) return { task, seconds: roundAll({ [stat]: median }, perSecond) };
  const seconds = roundAll({ p50: median, min, max }, perSecond);
  return { task, seconds, opsPerSecond: round(perSecond / median) };
}

function roundAll(
  values: Readonly<Record<string, number>>,
  perSecond: number,
): Record<string, number> {
  const entries = Object.entries(values).map(([name, value]) => [name, round(value / perSecond)]);
  return Object.fromEntries(entries) as Record<string, number>;
}

function round(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
