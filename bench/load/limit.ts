/** What is promised of a figure of the gateway, beside what its CPU time is a multiple of. */
import type { Spread } from "./statistics.ts";
import { DIRECT, GATEWAY } from "./subjects/subject.ts";

/** `max` is in the figure's own unit. */
export type Limit =
  | { readonly type: "at_most"; readonly figure: LimitedFigure; readonly max: number }
  /** More than without a proxy in the same run. */
  | { readonly type: "added"; readonly figure: LimitedFigure; readonly max: number };

/** The ids of those that may have one. */
type LimitedFigure = "first_chunk_p99_ms" | "event_late_p99_ms" | "memory_mib";

export interface LimitCheck {
  readonly type: Limit["type"];
  readonly max: number;
  /** What must not exceed it; of what has one value per round, the worst. */
  readonly value: number;
  readonly isMet: boolean;
}

/** @returns `undefined` where the gateway, or what it is compared with, was not measured. */
export function checkLimit(
  { type, max }: Limit,
  values: Readonly<Record<string, Spread>>,
): LimitCheck | undefined {
  const own = values[GATEWAY]?.max;
  const allowance = type === "added" ? values[DIRECT]?.max : 0;
  if (own === undefined || allowance === undefined) return undefined;
  const value = own - allowance;
  return { type, max, value, isMet: value <= max };
}

/** E.g. `≤ 2 added`. */
export function formatLimit({ type, max }: LimitCheck): string {
  return type === "added" ? `≤ ${max} added` : `≤ ${max}`;
}

/** What it came to, with three digits: more would be noise. */
export function formatLimited({ value }: LimitCheck): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
