/**
 * Panels as data, and the presets that make them. A preset decides how a kind of question is drawn; a
 * board says only what is asked, why, and what to do about the answer.
 */
import type { LintExclusions } from "./lint-rules.ts";
import type { HistogramRow } from "./metric-row.ts";
import type { Promql, Selection } from "./promql.ts";

/** Grafana's names are in units.ts. */
export type PanelUnit =
  | "seconds"
  | "ratio"
  | "count"
  | "requests per second"
  | "events per second"
  | "tokens"
  | "tokens per second"
  | "bytes"
  | "dollars"
  | "dollars per hour";

export type PanelKind = "stat" | "lines" | "heatmap" | "table" | "bars" | "timeline";

/** From `from` upwards a value has this colour; the first step starts at minus infinity. */
export interface Step {
  readonly from: number | null;
  readonly colour: string;
}

export interface Target {
  readonly expression: string;
  /** How Grafana names its series; `{{label}}` is filled in. */
  readonly legend: string;
  /** For one column of a table. */
  readonly unit?: PanelUnit;
}

/** What every panel says. */
interface PanelFacts {
  readonly title: string;
  /** What it shows, and what to do when it looks wrong. */
  readonly description: string;
  readonly unit: PanelUnit;
  /** Of 24 columns. */
  readonly width?: number;
  /** In units of about 30 pixels: as high as its neighbours. */
  readonly height?: number;
  readonly steps?: readonly Step[];
  /** Address (uid) of the board to go on with, which keeps the time range and the variables. */
  readonly leadsTo?: string;
  /** Lint rules that this panel breaks, each with the reason why it may. */
  readonly exclude?: LintExclusions;
}

export interface PanelDefinition extends PanelFacts {
  readonly kind: PanelKind;
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  /** One value for the time range that is shown, instead of a course. */
  readonly isInstant: boolean;
  /** Points of single requests, which lead to their traces. */
  readonly hasExemplars: boolean;
  readonly isStacked: boolean;
  /** Whether a line goes on over times without a value, which is shown as a point. */
  readonly isSparse: boolean;
  /** Fixed colours by legend. */
  readonly colours: Readonly<Record<string, string>>;
  /** Headings of a table by label. */
  readonly headings: Readonly<Record<string, string>>;
}

const PLAIN = {
  isInstant: false,
  hasExemplars: false,
  isStacked: false,
  isSparse: false,
  colours: {},
  headings: {},
} as const;

/** Good below `warn`, bad from `bad` upwards. */
export function risesTo(warn: number, bad: number): readonly Step[] {
  return [
    { from: null, colour: "green" },
    { from: warn, colour: "orange" },
    { from: bad, colour: "red" },
  ];
}

/** Good from `warn` upwards, bad below `bad`. */
export function fallsTo(warn: number, bad: number): readonly Step[] {
  return [
    { from: null, colour: "red" },
    { from: bad, colour: "orange" },
    { from: warn, colour: "green" },
  ];
}

interface StatFacts extends PanelFacts {
  readonly query: string;
  /** Without the course: one over a long range would ask for that range at every step. */
  readonly isInstant?: boolean;
}

/** One number, with its course behind it. */
export function stat(facts: StatFacts): PanelDefinition {
  const { query, ...rest } = facts;
  const targets = [{ expression: query, legend: "" }];
  return { ...PLAIN, width: 4, height: 4, ...rest, kind: "stat", targets };
}

export interface LinesFacts extends PanelFacts {
  /** Queries by legend. */
  readonly series: Readonly<Record<string, string>>;
  readonly colours?: Readonly<Record<string, string>>;
  readonly hasExemplars?: boolean;
  readonly isStacked?: boolean;
  readonly isSparse?: boolean;
}

/** Courses over time. */
export function lines({ series, ...facts }: LinesFacts): PanelDefinition {
  return { ...PLAIN, width: 12, height: 8, ...facts, kind: "lines", targets: toTargets(series) };
}

const QUANTILES = [0.5, 0.95, 0.99] as const;
const QUANTILE_COLOURS: Readonly<Record<string, string>> = {
  p50: "green",
  p95: "orange",
  p99: "red",
};

interface QuantilesFacts<Label extends string> extends PanelFacts {
  readonly of: HistogramRow<Label>;
  readonly promql: Promql;
  readonly selection?: Selection<NoInfer<Label>>;
  readonly hasExemplars?: boolean;
}

/** p50, p95 and p99 of a histogram, in the same colours on every board. */
export function quantiles<Label extends string>(facts: QuantilesFacts<Label>): PanelDefinition {
  const { of, promql, selection, ...rest } = facts;
  const series = Object.fromEntries(
    QUANTILES.map((quantile) => [
      `p${quantile * 100}`,
      promql.quantile(quantile, of, selection ?? {}),
    ]),
  );
  return lines({ ...rest, series, colours: QUANTILE_COLOURS });
}

interface HeatmapFacts<Label extends string> extends PanelFacts {
  readonly of: HistogramRow<Label>;
  readonly promql: Promql;
  readonly selection?: Selection<NoInfer<Label>>;
  readonly hasExemplars?: boolean;
}

/** Where the observations of a histogram lie: two humps are two kinds of requests, which a quantile hides. */
export function heatmap<Label extends string>(facts: HeatmapFacts<Label>): PanelDefinition {
  const { of, promql, selection, ...rest } = facts;
  const targets = [{ expression: promql.buckets(of, selection ?? {}), legend: "{{le}}" }];
  return { ...PLAIN, width: 12, height: 8, ...rest, kind: "heatmap", targets };
}

interface TableFacts extends PanelFacts {
  /** Headings of the labels that make a row. */
  readonly headings: Readonly<Record<string, string>>;
  /** Columns by heading. */
  readonly columns: Readonly<Record<string, { readonly query: string; readonly unit: PanelUnit }>>;
}

/** One row per label set, with the values of now. */
export function table({ columns, ...facts }: TableFacts): PanelDefinition {
  const targets = Object.entries(columns).map(([legend, { query, unit }]) => ({
    expression: query,
    legend,
    unit,
  }));
  return { ...PLAIN, width: 24, height: 8, ...facts, kind: "table", targets, isInstant: true };
}

/** Compares the values of now, one bar each. */
export function bars(
  facts: PanelFacts & { readonly series: Readonly<Record<string, string>> },
): PanelDefinition {
  const { series, ...rest } = facts;
  const targets = toTargets(series);
  return { ...PLAIN, width: 8, height: 8, ...rest, kind: "bars", targets, isInstant: true };
}

/** When something was in which band of `steps`. */
export function timeline(
  facts: PanelFacts & {
    readonly series: Readonly<Record<string, string>>;
    readonly steps: readonly Step[];
  },
): PanelDefinition {
  const { series, ...rest } = facts;
  return { ...PLAIN, width: 24, height: 8, ...rest, kind: "timeline", targets: toTargets(series) };
}

function toTargets(series: Readonly<Record<string, string>>): readonly Target[] {
  return Object.entries(series).map(([legend, expression]) => ({ legend, expression }));
}
