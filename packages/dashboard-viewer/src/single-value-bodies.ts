/** Panels that show each series as one value, or as what it was from when to when. */
import type { BarsBody, StatBody, StatTile, TimelineBody } from "./dashboard-view.ts";
import type { Panel } from "./dashboard-schema.ts";
import { displayValue } from "./display-value.ts";
import type { DisplayValue } from "./display-value.ts";
import type { Line } from "./lines.ts";
import type { QueryContext, TargetResult } from "./query-panel.ts";
import { reduceValues } from "./reduce-values.ts";
import { alignValues, toTimes } from "./time-series-body.ts";

export function toStat(
  panel: Panel,
  lines: readonly Line[],
  results: readonly TargetResult[],
): StatBody {
  const { graphMode = "area", colorMode = "value", textMode = "auto" } = panel.options;
  const hasSpark = panel.type === "stat" && graphMode !== "none";
  const times = hasSpark ? toTimes(lines, results) : [];
  const tiles = lines.map((line): StatTile => {
    const spark = hasSpark && line.samples.length > 1 ? alignValues(line, times) : [];
    return { name: line.name, ...reduceLine(panel, line), spark };
  });
  const coloring = colorMode.startsWith("background") ? "background" : "value";
  return {
    type: "stat",
    tiles,
    coloring: colorMode === "none" ? "none" : coloring,
    hasNames: textMode.includes("name") || (textMode === "auto" && tiles.length > 1),
  };
}

export function toBars(panel: Panel, lines: readonly Line[]): BarsBody {
  const numbers = lines.map((line) => reduceToNumber(panel, line) ?? 0);
  const longest = Math.max(...numbers, 0);
  return {
    type: "bars",
    bars: lines.map((line, index) => {
      const full = line.config.max ?? longest;
      const share = full > 0 ? Math.min((numbers[index] ?? 0) / full, 1) : 0;
      return { name: line.name, ...reduceLine(panel, line), share };
    }),
  };
}

function reduceToNumber({ options }: Panel, { samples }: Line): number | null {
  const calculation = options.reduceOptions?.calcs?.[0] ?? "lastNotNull";
  return reduceValues(
    calculation,
    samples.map(({ value }) => value),
  );
}

function reduceLine(panel: Panel, line: Line): DisplayValue {
  const reduced = reduceToNumber(panel, line);
  // What is not finite may have a text of its own.
  const value = reduced ?? line.samples.at(-1)?.value ?? null;
  const display = displayValue(value, line.config);
  const mode = line.config.color?.mode ?? "thresholds";
  return mode === "thresholds" ? display : { ...display, color: display.color ?? line.color };
}

export function toTimeline(
  lines: readonly Line[],
  results: readonly TargetResult[],
  { start, end }: Pick<QueryContext, "start" | "end">,
): TimelineBody {
  const step = Math.min(...results.map((result) => result.step));
  return {
    type: "timeline",
    from: start,
    to: end,
    rows: lines.map((line) => ({ name: line.name, spans: toSpans(line, step) })),
  };
}

function toSpans({ samples, config }: Line, step: number): TimelineBody["rows"][number]["spans"] {
  const spans: (DisplayValue & { from: number; to: number })[] = [];
  for (const { time, value } of samples) {
    const display = displayValue(value, config);
    const last = spans.at(-1);
    const isSame = last?.text === display.text && last.color === display.color;
    // Half a step more than one: sums of fractions differ in the last digits.
    if (last !== undefined && isSame && time - last.to < step / 2) last.to = time + step;
    else spans.push({ ...display, from: time, to: time + step });
  }
  return spans;
}
