import type { Axis, Curve, Legend, TimeSeriesBody } from "./dashboard-view.ts";
import type { Panel, PanelOptions } from "./dashboard-schema.ts";
import { toNumberFormat, toThresholdSteps } from "./display-value.ts";
import { formatValue } from "./format-value.ts";
import type { Line } from "./lines.ts";
import type { QueryContext, TargetResult } from "./query-panel.ts";
import { findReducer, reducerTitle, reduceValues } from "./reduce-values.ts";

export function toTimeSeries(
  panel: Panel,
  lines: readonly Line[],
  results: readonly TargetResult[],
  { start, end }: Pick<QueryContext, "start" | "end">,
): TimeSeriesBody {
  const times = toTimes(lines, results);
  const curves = lines.map((line) => toCurve(line, times));
  const left = lines.find((_, index) => curves[index]?.side === "left") ?? lines[0];
  const right = lines.find((_, index) => curves[index]?.side === "right");
  return {
    type: "time-series",
    from: start,
    to: end,
    times,
    curves,
    left: toAxis(left),
    right: right === undefined ? undefined : toAxis(right),
    thresholds: toThresholds(panel),
    exemplars: results.flatMap(({ exemplars }) => exemplars),
    legend: toLegend(panel, lines),
  };
}

/** Every step, so that a line shows where there was nothing. */
export function toTimes(
  lines: readonly Line[],
  results: readonly TargetResult[],
): readonly number[] {
  const known = lines.flatMap(({ samples }) => samples.map(({ time }) => time));
  const first = Math.min(...known);
  const last = Math.max(...known);
  const step = Math.min(...results.map((result) => result.step));
  const count = Math.round((last - first) / step);
  const steps = Array.from({ length: count + 1 }, (_, index) => first + index * step);
  return [...new Set([...steps, ...known].map(toMilliseconds))].toSorted((a, b) => a - b);
}

/** Sums of fractions differ in the last digits. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}

export function alignValues(
  { samples }: Pick<Line, "samples">,
  times: readonly number[],
): readonly (number | null)[] {
  const byTime = new Map(samples.map(({ time, value }) => [toMilliseconds(time), value]));
  return times.map((time) => {
    const value = byTime.get(time);
    return value === undefined || !Number.isFinite(value) ? null : value;
  });
}

function toCurve(line: Line, times: readonly number[]): Curve {
  const { custom = {} } = line.config;
  const style = custom.drawStyle ?? "line";
  const stacking = custom.stacking?.mode ?? "none";
  return {
    name: line.name,
    color: line.color,
    values: alignValues(line, times),
    style,
    width: custom.lineWidth ?? 1,
    isDashed: ["dash", "dot"].includes(custom.lineStyle?.fill ?? ""),
    fill: (custom.fillOpacity ?? 0) / 100,
    side: custom.axisPlacement === "right" ? "right" : "left",
    isStacked: stacking !== "none",
  };
}

function toAxis(line: Line | undefined): Axis {
  const { config = {} } = line ?? {};
  return {
    format: toNumberFormat(config),
    min: config.min ?? undefined,
    max: config.max ?? undefined,
    isLogarithmic: config.custom?.scaleDistribution?.type === "log",
  };
}

function toThresholds({ fieldConfig }: Panel): TimeSeriesBody["thresholds"] {
  const { defaults } = fieldConfig;
  const mode = defaults.custom?.thresholdsStyle?.mode ?? "off";
  return mode === "off" ? [] : toThresholdSteps(defaults).filter(({ value }) => value > -Infinity);
}

function toLegend({ options }: Panel, lines: readonly Line[]): Legend | undefined {
  const { showLegend = true, placement, calcs = [], displayMode } = options.legend ?? {};
  if (!showLegend || displayMode === "hidden") return undefined;
  const shown = lines.filter(({ config }) => config.custom?.hideFrom?.legend !== true);
  return {
    placement: placement === "right" ? "right" : "bottom",
    columns: calcs.map(reducerTitle),
    rows: sortLines(shown, options.legend ?? {}).map(({ name, color, samples, config }) => ({
      name,
      color,
      cells: calcs.map((calculation) => {
        const values = samples.map(({ value }) => value);
        const reduced = reduceValues(calculation, values);
        return reduced === null ? "–" : formatValue(reduced, toNumberFormat(config));
      }),
    })),
  };
}

function sortLines(
  lines: readonly Line[],
  { sortBy, sortDesc = false }: NonNullable<PanelOptions["legend"]>,
): readonly Line[] {
  const calculation = sortBy === undefined ? undefined : findReducer(sortBy);
  if (calculation === undefined) return lines;
  const valueOf = ({ samples }: Line): number =>
    reduceValues(
      calculation,
      samples.map(({ value }) => value),
    ) ?? -Infinity;
  return lines.toSorted((a, b) => (valueOf(a) - valueOf(b)) * (sortDesc ? -1 : 1));
}
