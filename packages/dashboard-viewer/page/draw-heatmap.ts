import uPlot from "uplot";
import { heatColor } from "../src/colors.ts";
import type { HeatmapBody } from "../src/dashboard-view.ts";
import { formatValue } from "../src/format-value.ts";
import { BASE_AXIS, TIME_AXIS, sizeOf } from "./chart-axes.ts";
import { createElement } from "./element.ts";

/** px from label to label. */
const LABEL_SPACE = 18;
const RAMP_STEPS = 12;

/** @returns the chart, which belongs to the document from here on. */
export function drawHeatmap(place: HTMLElement, body: HeatmapBody): uPlot {
  const counts = body.buckets.flatMap((bucket) => bucket.counts.filter((count) => count !== null));
  const most = Math.max(...counts, 0);
  const chart = createElement("div", "chart");
  place.append(createElement("div", "chart-and-legend", chart), createScale(most));
  const rows = body.buckets.length;
  const every = Math.max(1, Math.ceil((rows * LABEL_SPACE) / chart.clientHeight));
  const options: uPlot.Options = {
    width: chart.clientWidth,
    height: chart.clientHeight,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 28, 0, 0],
    scales: { x: { time: true, range: [body.from, body.to] }, y: { range: [0, rows] } },
    axes: [
      { ...TIME_AXIS, grid: { show: false } },
      {
        ...BASE_AXIS,
        grid: { show: false },
        size: sizeOf,
        // A bucket's bound is its upper edge.
        splits: () => body.buckets.flatMap((_, row) => (row % every === 0 ? [row + 1] : [])),
        values: (_plot, splits) => splits.map((split) => body.buckets[split - 1]?.label ?? ""),
      },
    ],
    series: [{}, { scale: "y", paths: () => null, points: { show: false } }],
    hooks: { draw: [(plot) => drawCells(plot, body, most)] },
  };
  return new uPlot(options, [[...body.times], body.times.map(() => 0)], chart);
}

function drawCells(plot: uPlot, { buckets, times, step }: HeatmapBody, most: number): void {
  const { ctx: context, bbox } = plot;
  const width = plot.valToPos(step, "x", true) - plot.valToPos(0, "x", true);
  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  for (const [row, { counts }] of buckets.entries()) {
    const top = plot.valToPos(row + 1, "y", true);
    const height = plot.valToPos(row, "y", true) - top;
    for (const [index, count] of counts.entries()) {
      if (count === null || count <= 0) continue;
      context.fillStyle = heatColor(toShare(count, most));
      // A rate at a time is about what came before it.
      const right = plot.valToPos(times[index] ?? 0, "x", true);
      context.fillRect(right - width + 0.5, top + 0.5, Math.max(width - 1, 1), height - 1);
    }
  }
  context.restore();
}

/** By the root, so that a little is seen beside a lot. */
function toShare(count: number, most: number): number {
  return most === 0 ? 0 : Math.sqrt(count / most);
}

function createScale(most: number): HTMLElement {
  const ramp = createElement("div", "ramp");
  const colors = Array.from({ length: RAMP_STEPS }, (_, step) =>
    heatColor(Math.sqrt(step / (RAMP_STEPS - 1))),
  );
  ramp.style.background = `linear-gradient(to right, ${colors.join(", ")})`;
  const highest = formatValue(most, { unit: "short" });
  return createElement("div", "scale", "0", ramp, `${highest} per second`);
}
