/** What the page draws: plain data, nothing left to ask or to decide. Times are seconds since 1970. */
import type { DisplayValue, ThresholdStep } from "./display-value.ts";
import type { NumberFormat } from "./format-value.ts";

export interface DashboardView {
  readonly title: string;
  readonly description: string;
  /** E.g. a variable and its value. */
  readonly facts: readonly string[];
  readonly sections: readonly SectionView[];
  readonly footer: readonly string[];
}

export interface SectionView {
  readonly title: string | undefined;
  readonly panels: readonly PanelView[];
}

/** In columns (24 in all) and rows of the section, from 0. */
export interface Grid {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PanelView {
  readonly title: string;
  readonly grid: Grid;
  readonly body: PanelBody;
  /** What this viewer cannot do of what the panel asks for. */
  readonly notes: readonly string[];
}

export type PanelBody =
  | { readonly type: "message"; readonly text: string; readonly isProblem: boolean }
  | { readonly type: "text"; readonly markdown: string }
  | TimeSeriesBody
  | HeatmapBody
  | StatBody
  | BarsBody
  | TimelineBody
  | TableBody;

export interface Axis {
  readonly format: NumberFormat;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly isLogarithmic: boolean;
}

export interface Curve {
  readonly name: string;
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly style: "line" | "bars" | "points";
  readonly width: number;
  readonly isDashed: boolean;
  /** 0 to 1. */
  readonly fill: number;
  readonly side: "left" | "right";
  readonly isStacked: boolean;
}

export interface Legend {
  readonly placement: "bottom" | "right";
  /** Titles of the numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly color: string;
    readonly cells: readonly string[];
  }[];
}

export interface Point {
  readonly time: number;
  readonly value: number;
}

export interface TimeSeriesBody {
  readonly type: "time-series";
  readonly from: number;
  readonly to: number;
  readonly times: readonly number[];
  readonly curves: readonly Curve[];
  readonly left: Axis;
  readonly right: Axis | undefined;
  /** Drawn as lines and areas; none where the panel does not want them. */
  readonly thresholds: readonly ThresholdStep[];
  readonly exemplars: readonly Point[];
  readonly legend: Legend | undefined;
}

export interface HeatmapBody {
  readonly type: "heatmap";
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly times: readonly number[];
  /** By ascending bound: what is drawn beside it, and a count for each time. */
  readonly buckets: readonly {
    readonly label: string;
    readonly counts: readonly (number | null)[];
  }[];
}

export interface StatTile extends DisplayValue {
  readonly name: string;
  /** Empty where no line is wanted. */
  readonly spark: readonly (number | null)[];
}

export interface StatBody {
  readonly type: "stat";
  readonly tiles: readonly StatTile[];
  readonly coloring: "value" | "background" | "none";
  readonly hasNames: boolean;
}

export interface BarsBody {
  readonly type: "bars";
  readonly bars: readonly (DisplayValue & {
    readonly name: string;
    /** Of the longest, 0 to 1. */
    readonly share: number;
  })[];
}

export interface TimelineBody {
  readonly type: "timeline";
  readonly from: number;
  readonly to: number;
  readonly rows: readonly {
    readonly name: string;
    readonly spans: readonly (DisplayValue & { readonly from: number; readonly to: number })[];
  }[];
}

export interface TableCell extends DisplayValue {
  readonly coloring: "text" | "background" | "none";
}

export interface TableBody {
  readonly type: "table";
  readonly columns: readonly { readonly name: string; readonly align: "left" | "right" }[];
  readonly rows: readonly (readonly TableCell[])[];
}
