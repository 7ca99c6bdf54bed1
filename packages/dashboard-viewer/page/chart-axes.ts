/** Axes that charts have in common. */
import type uPlot from "uplot";

const TEXT = "#969ba7";
const GRID = "#24272d";
const FONT = '11px Inter, "DejaVu Sans", sans-serif';
/** px. */
const CHARACTER = 7;
const MARGIN = 14;

const MINUTE = 60;
const DAY = 86_400;

export const BASE_AXIS: uPlot.Axis = {
  stroke: TEXT,
  font: FONT,
  grid: { stroke: GRID, width: 1 },
  ticks: { stroke: GRID, width: 1, size: 4 },
};

export const TIME_AXIS: uPlot.Axis = {
  ...BASE_AXIS,
  space: 90,
  size: 24,
  values: (_plot, splits) =>
    splits.map((seconds) => formatTick(seconds, (splits[1] ?? seconds) - (splits[0] ?? 0))),
};

/** In UTC, so that a picture is the same everywhere. */
export function formatTick(seconds: number, increment: number): string {
  const text = new Date(seconds * 1_000).toISOString();
  if (increment >= DAY) return text.slice(5, 10);
  return increment < MINUTE ? text.slice(11, 19) : text.slice(11, 16);
}

/** Bytes are read in powers of 1,024: 64 MiB, not 61.0. */
export const BYTE_INCREMENTS: number[] = Array.from({ length: 45 }, (_, power) => 2 ** power);

/** As wide as its longest text. */
export function sizeOf(_plot: uPlot, values: readonly string[] | null): number {
  const longest = Math.max(0, ...(values ?? []).map((value) => value.length));
  return longest * CHARACTER + MARGIN;
}
