/** From a panel as data to Grafana's, through the builders of its Foundation SDK. */
import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableSortByFieldStateBuilder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type {
  DynamicConfigValue,
  GridPos,
  Panel,
  ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  PanelBuilder as HeatmapBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as LinesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { readMetricNames } from "./check-expression.ts";
import type { PanelDefinition, PanelKind, Step, Target } from "./panel.ts";
import { GRAFANA_UNITS } from "./units.ts";

/** Resolved by the variable `datasource` of every board. */
export const DATASOURCE: DataSourceRef = { type: "prometheus", uid: "$datasource" };

/** What all kinds of panels can be told. */
interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: DataSourceRef): this;
  gridPos(gridPos: GridPos): this;
  targets(targets: Builder<ReturnType<DataqueryBuilder["build"]>>[]): this;
  unit(unit: string): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  mappings(mappings: ValueMapping[]): this;
  links(links: DashboardLinkBuilder[]): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
}

const BUILDERS: Readonly<Record<PanelKind, (panel: PanelDefinition) => PanelBuilder>> = {
  stat: toStat,
  lines: toLines,
  heatmap: toHeatmap,
  table: toTable,
  bars: toBars,
  timeline: toTimeline,
};

/** Division by nothing is not an error of the reader's. */
const NO_TRAFFIC: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: "no traffic", color: "text" } },
};

const NO_STEPS: readonly Step[] = [{ from: null, colour: "blue" }];

export function renderPanel(panel: PanelDefinition, id: number, place: GridPos): Panel {
  const builder = BUILDERS[panel.kind](panel)
    .id(id)
    .title(panel.title)
    .description(describe(panel))
    .datasource(DATASOURCE)
    .gridPos(place)
    .unit(GRAFANA_UNITS[panel.unit])
    .mappings([NO_TRAFFIC])
    .thresholds(toThresholds(panel.steps ?? NO_STEPS))
    .targets(panel.targets.map((target, index) => toQuery(panel, target, index)));
  if (panel.leadsTo !== undefined) builder.links([toBoard(panel.leadsTo)]);
  for (const [legend, colour] of Object.entries(panel.colours)) {
    const value = { mode: FieldColorModeId.Fixed, fixedColor: colour };
    builder.overrideByName(legend, [{ id: "color", value }]);
  }
  return builder.build();
}

function toBoard(uid: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder("Look closer")
    .type(DashboardLinkType.Link)
    .url(`/d/${uid}`)
    .keepTime(true)
    .includeVars(true);
}

/** Metrics are named, so that a reader finds their page and their alerts. */
function describe({ description, targets }: PanelDefinition): string {
  const names = new Set(targets.flatMap(({ expression }) => readMetricNames(expression)));
  const list = [...names].map((name) => `\`${name}\``).join(", ");
  return `${description}\n\nMetrics: ${list}`;
}

function toQuery(panel: PanelDefinition, target: Target, index: number): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(toRefId(index))
    .datasource(DATASOURCE)
    .expr(target.expression)
    .format(toFormat(panel.kind));
  if (panel.isInstant) query.instant();
  else query.range();
  if (target.legend !== "") query.legendFormat(target.legend);
  if (panel.hasExemplars) query.exemplar(true);
  return query;
}

/** A, B, … Z; no panel has room for more. */
function toRefId(index: number): string {
  return String.fromCodePoint("A".charCodeAt(0) + index);
}

function toFormat(kind: PanelKind): PromQueryFormat {
  if (kind === "heatmap") return PromQueryFormat.Heatmap;
  return kind === "table" ? PromQueryFormat.Table : PromQueryFormat.TimeSeries;
}

function toThresholds(steps: readonly Step[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(({ from, colour }) => ({ value: from, color: colour })));
}

/** The mean over the range would hide that it has been bad for the last minute. */
function lastValue(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
}

function toStat({ steps, isInstant }: PanelDefinition): PanelBuilder {
  return new StatBuilder()
    .reduceOptions(lastValue())
    .graphMode(isInstant ? BigValueGraphMode.None : BigValueGraphMode.Area)
    .colorMode(steps === undefined ? BigValueColorMode.None : BigValueColorMode.Value);
}

function toLines({ isStacked, isSparse }: PanelDefinition): PanelBuilder {
  const builder = new LinesBuilder()
    .lineWidth(1)
    .fillOpacity(isStacked ? 30 : 0)
    .showPoints(isSparse ? VisibilityMode.Always : VisibilityMode.Never)
    .spanNulls(isSparse)
    .axisSoftMin(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["mean", "max", "lastNotNull"])
        .sortBy("Max")
        .sortDesc(true),
    )
    .tooltip(largestFirst());
  return isStacked
    ? builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    : builder;
}

function largestFirst(): VizTooltipOptionsBuilder {
  const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).hideZeros(true);
  tooltip.sort(SortOrder.Descending);
  return tooltip;
}

function toHeatmap({ unit }: PanelDefinition): PanelBuilder {
  return new HeatmapBuilder()
    .calculate(false)
    .cellGap(1)
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .color(
      new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme("Oranges").steps(64),
    )
    .yAxis(new YAxisConfigBuilder().unit(GRAFANA_UNITS[unit]))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true));
}

/** Columns come as `Value #A`, `Value #B`, …, a single one as `Value`, and get their names here. */
function toTable({ targets, headings }: PanelDefinition): PanelBuilder {
  const columns = targets.map(({ legend }, index) => [
    targets.length === 1 ? "Value" : `Value #${toRefId(index)}`,
    legend,
  ]);
  const builder = new TableBuilder().transformations([
    { id: "merge", options: {} },
    {
      id: "organize",
      options: {
        excludeByName: { Time: true, __name__: true },
        renameByName: { ...headings, ...Object.fromEntries(columns) },
      },
    },
  ]);
  const [first] = targets;
  if (first !== undefined) {
    builder.sortBy([new TableSortByFieldStateBuilder().displayName(first.legend).desc(true)]);
  }
  for (const { legend, unit } of targets) {
    const value = unit === undefined ? undefined : GRAFANA_UNITS[unit];
    builder.overrideByName(legend, [{ id: "unit", value }]);
  }
  return builder;
}

function toBars(): PanelBuilder {
  return new BarGaugeBuilder()
    .reduceOptions(lastValue())
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal);
}

function toTimeline(): PanelBuilder {
  return new TimelineBuilder()
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .fillOpacity(80)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
}
