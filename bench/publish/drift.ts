/** Whether a new result is out of the ordinary for its machine. It warns; only the gate, which runs both sides, fails. */
import { toSpread } from "../load/statistics.ts";
import type { HistoryLine } from "./history.ts";

/** Results that make up what is usual. */
const WINDOW = 20;
/** Fewer of them say nothing. */
const RESULTS_MIN = 5;
/**
 * Median absolute deviations: more than three standard deviations. A run has about a hundred figures, so that with
 * two of them each run would warn of a few by chance.
 */
const MADS = 5;
/** Of what is usual. Below, it is the machine's: a run hours later differs by as much. */
const CHANGE_MIN = 0.1;

export interface Drift {
  readonly part: string;
  readonly task: string;
  readonly seconds: number;
  readonly usualSeconds: number;
  readonly low: number;
  readonly high: number;
}

/**
 * @param earlier Lines of the same testbed; those of its own commit, of later ones and of other
 *   branches are left out of account.
 */
export function findDrifts(line: HistoryLine, earlier: readonly HistoryLine[]): Drift[] {
  const { part, branch, commit } = line;
  const before = earlier
    .filter((other) => other.part === part && other.branch === branch && other.commit !== commit)
    .filter(({ at }) => Date.parse(at) <= Date.parse(line.at))
    .toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at));
  return line.tasks.flatMap(({ task, seconds }) => {
    const value = seconds?.["p50"];
    const usual = toUsual(before, task);
    if (value === undefined || usual === undefined) return [];
    const isUsual = value >= usual.low && value <= usual.high;
    return isUsual ? [] : [{ part, task, seconds: value, ...usual }];
  });
}

function toUsual(
  lines: readonly HistoryLine[],
  task: string,
): Pick<Drift, "usualSeconds" | "low" | "high"> | undefined {
  const values = lines
    .flatMap(({ tasks }) => tasks.find((record) => record.task === task)?.seconds?.["p50"] ?? [])
    .slice(-WINDOW);
  const usualSeconds = toSpread(values)?.median;
  if (usualSeconds === undefined || values.length < RESULTS_MIN) return undefined;
  const deviations = values.map((value) => Math.abs(value - usualSeconds));
  const reach = Math.max(MADS * (toSpread(deviations)?.median ?? 0), CHANGE_MIN * usualSeconds);
  return { usualSeconds, low: usualSeconds - reach, high: usualSeconds + reach };
}
