import uPlot from "uplot";
import type { Axis, Curve, TimeSeriesBody } from "../src/dashboard-view.ts";
import { formatValue } from "../src/format-value.ts";
import { BASE_AXIS, BYTE_INCREMENTS, TIME_AXIS, sizeOf } from "./chart-axes.ts";
import { drawLegend } from "./draw-legend.ts";
import { createElement } from "./element.ts";

type Values = readonly (number | null)[];

/** @returns the chart, which belongs to the document from here on. */
export function drawTimeSeries(place: HTMLElement, body: TimeSeriesBody): uPlot {
  const side = body.legend?.placement === "right" ? " right" : "";
  const chart = createElement("div", "chart");
  const both = createElement("div", `chart-and-legend${side}`, chart);
  place.append(both);
  // Before the chart: it gets the room that the legend leaves.
  if (body.legend !== undefined) drawLegend(both, body.legend);

  const drawn = stack(body.curves);
  const options: uPlot.Options = {
    width: chart.clientWidth,
    height: chart.clientHeight,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 28, 0, 0],
    scales: toScales(body, drawn),
    axes: [TIME_AXIS, ...toAxes(body)],
    series: [{}, ...body.curves.map(toSeries)],
    bands: toBands(body.curves),
    hooks: { draw: [(plot) => drawThresholds(plot, body), (plot) => drawExemplars(plot, body)] },
  };
  const data: uPlot.AlignedData = [[...body.times], ...drawn.map((values) => [...values])];
  return new uPlot(options, data, chart);
}

/** A stacked curve stands on those before it. */
function stack(curves: readonly Curve[]): readonly Values[] {
  const floor: number[] = [];
  return curves.map(({ values, isStacked }) => {
    if (!isStacked) return values;
    return values.map((value, index) => {
      if (value === null) return null;
      const top = (floor[index] ?? 0) + value;
      floor[index] = top;
      return top;
    });
  });
}

function toBands(curves: readonly Curve[]): uPlot.Band[] {
  const stacked = curves.flatMap(({ isStacked }, index) => (isStacked ? [index + 1] : []));
  return stacked.slice(1).map((upper, index) => ({ series: [upper, stacked[index] ?? 0] }));
}

function toScales(body: TimeSeriesBody, drawn: readonly Values[]): uPlot.Scales {
  const scaleOf = (axis: Axis, side: Curve["side"]): uPlot.Scale => {
    const values = drawn.flatMap((curve, index) =>
      body.curves[index]?.side === side ? curve.filter((value) => value !== null) : [],
    );
    if (axis.isLogarithmic) return { distr: 3 };
    // What is stacked, or a bar, is read by its height.
    const isArea = body.curves.some(
      (curve) => curve.side === side && (curve.isStacked || curve.style === "bars"),
    );
    return { range: toRange(isArea ? [0, ...values] : values, axis) };
  };
  return {
    x: { time: true, range: [body.from, body.to] },
    left: scaleOf(body.left, "left"),
    ...(body.right === undefined ? {} : { right: scaleOf(body.right, "right") }),
  };
}

/** From 0 where that does not hide everything, and never of no height. */
function toRange(values: readonly number[], { min, max }: Axis): [number, number] {
  const lowest = Math.min(...values, Infinity);
  const highest = Math.max(...values, -Infinity);
  if (highest === -Infinity) return [min ?? 0, max ?? 1];
  const low = min ?? toBottom(lowest, highest);
  const high = max ?? (highest <= 0 ? 1 : highest + 0.1 * (highest - low));
  return [low, Math.max(high, low + Number.EPSILON)];
}

function toBottom(lowest: number, highest: number): number {
  const spread = highest - lowest || Math.abs(highest) || 1;
  if (lowest < 0) return lowest - 0.1 * spread;
  const isFlat = lowest > 0 && highest - lowest < 0.25 * highest;
  return isFlat ? Math.max(0, lowest - 0.5 * spread) : 0;
}

function toAxes({ left, right }: TimeSeriesBody): uPlot.Axis[] {
  const axes = [toYAxis(left, "left")];
  return right === undefined ? axes : [...axes, toYAxis(right, "right")];
}

function toYAxis(axis: Axis, scale: Curve["side"]): uPlot.Axis {
  return {
    ...BASE_AXIS,
    scale,
    side: scale === "left" ? 3 : 1,
    space: 28,
    size: sizeOf,
    ...(["bytes", "binBps"].includes(axis.format.unit) ? { incrs: BYTE_INCREMENTS } : {}),
    values: (_plot, splits) =>
      splits.map((split) => (split === null ? "" : formatValue(split, axis.format))),
    ...(scale === "right" ? { grid: { show: false } } : {}),
  };
}

function toSeries(curve: Curve): uPlot.Series {
  const { color, width, fill, style, side, isDashed, name } = curve;
  const bars = uPlot.paths.bars?.({ size: [0.7, 60] });
  return {
    label: name,
    scale: side,
    stroke: color,
    width: style === "points" ? 0 : width,
    ...(isDashed ? { dash: [6, 5] } : {}),
    ...(fill > 0 ? { fill: withOpacity(color, fill) } : {}),
    ...(style === "bars" && bars !== undefined ? { paths: bars } : {}),
    points: {
      show: style !== "bars",
      size: style === "points" ? 5 : 4,
      fill: color,
      filter: (_plot, index) => (style === "points" ? null : findAlone(_plot.data[index] ?? [])),
    },
  };
}

/** Points without neighbours, of which no line shows anything. */
function findAlone(values: ArrayLike<number | null | undefined>): number[] {
  return Array.from(values).flatMap((value, index, all) => {
    const isAlone = value != null && all[index - 1] == null && all[index + 1] == null;
    return isAlone ? [index] : [];
  });
}

function withOpacity(color: string, opacity: number): string {
  return `color-mix(in srgb, ${color} ${(opacity * 100).toFixed(0)}%, transparent)`;
}

function drawThresholds(plot: uPlot, { thresholds }: TimeSeriesBody): void {
  const { ctx: context, bbox } = plot;
  context.save();
  context.setLineDash([7, 6]);
  context.lineWidth = 1.5;
  for (const { value, color } of thresholds) {
    const y = plot.valToPos(value, "left", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    context.strokeStyle = color;
    context.beginPath();
    context.moveTo(bbox.left, y);
    context.lineTo(bbox.left + bbox.width, y);
    context.stroke();
  }
  context.restore();
}

/** Half of a point's diagonal, and how near to another one it may be. px. */
const POINT = 3;
const NEAR_X = 16;
const NEAR_Y = 9;

/** Single requests, of which Grafana links the traces. Of those that would hide each other, one. */
function drawExemplars(plot: uPlot, { exemplars }: TimeSeriesBody): void {
  const { ctx: context } = plot;
  const taken = new Set<string>();
  context.save();
  context.fillStyle = "#7fa6f8";
  context.globalAlpha = 0.75;
  for (const { time, value } of exemplars) {
    const x = plot.valToPos(time, "x", true);
    const y = plot.valToPos(value, "left", true);
    const cell = `${Math.floor(x / NEAR_X)} ${Math.floor(y / NEAR_Y)}`;
    if (taken.has(cell) || !isInside(plot, x, y)) continue;
    taken.add(cell);
    context.beginPath();
    context.moveTo(x, y - POINT);
    context.lineTo(x + POINT, y);
    context.lineTo(x, y + POINT);
    context.lineTo(x - POINT, y);
    context.fill();
  }
  context.restore();
}

function isInside({ bbox }: uPlot, x: number, y: number): boolean {
  const { left, top, width, height } = bbox;
  return x >= left && x <= left + width && y >= top && y <= top + height;
}
