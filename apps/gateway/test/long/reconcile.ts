/** What clients saw against what was written down. */
import { FATES } from "./load-plan.ts";
import type { LoadResult } from "./load-plan.ts";
import type { UsageDatabase } from "./usage-database.ts";

/** @returns when answers were whole that have no record which says so, on the clock of `nowMs`. */
export function findUnrecorded(
  { firstNumber, fates, endedAtMs }: LoadResult,
  { outcomes }: UsageDatabase,
): readonly number[] {
  const complete = FATES.indexOf("complete");
  const timesMs: number[] = [];
  fates.forEach((fate, index) => {
    if (fate !== complete || outcomes.get(firstNumber + index) === "complete") return;
    timesMs.push(endedAtMs[index] ?? 0);
  });
  return timesMs;
}
