/** From the answers of Prometheus to what a panel shows. */
import type { Panel } from "./dashboard-schema.ts";
import type { PanelBody, PanelView } from "./dashboard-view.ts";
import { toHeatmap } from "./heatmap-body.ts";
import { toLines } from "./lines.ts";
import type { QueryContext, TargetResult } from "./query-panel.ts";
import { toBars, toStat, toTimeline } from "./single-value-bodies.ts";
import { toTable } from "./table-body.ts";
import { interpolate } from "./template-variables.ts";
import { toTimeSeries } from "./time-series-body.ts";

type Content = Pick<PanelView, "body" | "notes">;

export function toPanelView(
  panel: Panel,
  results: readonly TargetResult[],
  context: QueryContext,
): PanelView {
  const title = interpolate(panel.title, context.variables);
  return { title, grid: panel.gridPos, ...toContent(panel, results, context) };
}

function toContent(panel: Panel, results: readonly TargetResult[], context: QueryContext): Content {
  if (panel.type === "text") {
    const markdown = interpolate(panel.options.content ?? "", context.variables);
    return { body: { type: "text", markdown }, notes: [] };
  }
  const problem = results.find((result) => result.problem !== undefined)?.problem;
  if (problem !== undefined) return message(problem, true);
  if (results.every(({ series }) => series.length === 0)) {
    return message(panel.fieldConfig.defaults.noValue ?? "No data");
  }
  if (panel.type === "table") return toTable(panel, results);
  return toLinesContent(panel, results, context);
}

function toLinesContent(
  panel: Panel,
  results: readonly TargetResult[],
  context: QueryContext,
): Content {
  const lines = toLines(panel, results);
  const notes = panel.transformations.map(
    ({ id }) => `transformation "${id}" is left out by this viewer`,
  );
  const show = (body: PanelBody): Content => ({ body, notes });
  switch (panel.type) {
    case "timeseries":
      return show(toTimeSeries(panel, lines, results, context));
    case "heatmap":
      return show(toHeatmap(panel, lines, results, context));
    case "stat":
    case "gauge":
      return show(toStat(panel, lines, results));
    case "bargauge":
    case "barchart":
    case "piechart":
      return show(toBars(panel, lines));
    case "state-timeline":
    case "status-history":
      return show(toTimeline(lines, results, context));
    default:
      return message(`This viewer does not draw panels of type "${panel.type}".`);
  }
}

function message(text: string, isProblem = false): Content {
  return { body: { type: "message", text, isProblem }, notes: [] };
}
