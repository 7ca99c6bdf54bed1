import type { HeatmapBody } from "./dashboard-view.ts";
import type { Panel } from "./dashboard-schema.ts";
import { formatValue } from "./format-value.ts";
import { toBound } from "./lines.ts";
import type { Line } from "./lines.ts";
import type { QueryContext, TargetResult } from "./query-panel.ts";
import { alignValues, toTimes } from "./time-series-body.ts";

export function toHeatmap(
  panel: Panel,
  lines: readonly Line[],
  results: readonly TargetResult[],
  { start, end }: Pick<QueryContext, "start" | "end">,
): HeatmapBody {
  const times = toTimes(lines, results);
  const unit = panel.options.yAxis?.unit ?? panel.fieldConfig.defaults.unit ?? "";
  const buckets = lines
    .toSorted((a, b) => toBound(a) - toBound(b))
    .map((line) => {
      const bound = toBound(line);
      const label = Number.isFinite(bound) ? formatValue(bound, { unit }) : "+Inf";
      return { label, counts: alignValues(line, times) };
    });
  const step = Math.min(...results.map((result) => result.step));
  return { type: "heatmap", from: start, to: end, step, times, buckets: trim(buckets) };
}

/** Without the empty buckets above and below, but for one on each side. */
function trim(buckets: HeatmapBody["buckets"]): HeatmapBody["buckets"] {
  const first = buckets.findIndex(isFilled);
  const last = buckets.findLastIndex(isFilled);
  return first === -1 ? buckets : buckets.slice(Math.max(first - 1, 0), last + 2);
}

function isFilled({ counts }: HeatmapBody["buckets"][number]): boolean {
  return counts.some((count) => count !== null && count > 0);
}
