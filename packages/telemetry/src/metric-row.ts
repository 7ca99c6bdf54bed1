/** The form of a row of the catalogue, and the labels that many rows share. */
import type { LabelName } from "./labels.ts";

interface MetricRow<Label extends LabelName> {
  /** As Prometheus shows it: ends in the unit, and in `_total` for a counter. */
  readonly name: string;
  /** One sentence without double quotes, which prom-client would not escape. */
  readonly help: string;
  /** `undefined` for a plain number of things. */
  readonly unit: "seconds" | "tokens" | "bytes" | "usd" | undefined;
  readonly labels: readonly Label[];
  /** The metric of the GenAI conventions, v1.41 or (usage counters) their main line. */
  readonly convention?: string;
}

export interface CounterRow<Label extends LabelName = never> extends MetricRow<Label> {
  readonly type: "counter";
}

export interface GaugeRow<Label extends LabelName = never> extends MetricRow<Label> {
  readonly type: "gauge";
}

export interface HistogramRow<Label extends LabelName = never> extends MetricRow<Label> {
  readonly type: "histogram";
  /** Ascending upper bounds in `unit`, without +Inf. */
  readonly buckets: readonly number[];
}

export type AnyRow = CounterRow<LabelName> | GaugeRow<LabelName> | HistogramRow<LabelName>;

/** Labels of the conventions: on every `gen_ai_*` metric. */
export type GenAiLabel = "gen_ai_operation_name" | "gen_ai_provider_name" | "gen_ai_request_model";
export const GEN_AI_LABELS: readonly GenAiLabel[] = [
  "gen_ai_operation_name",
  "gen_ai_provider_name",
  "gen_ai_request_model",
];

/** Labels of what belongs to one deployment of one model. */
export type DeploymentLabel = "gen_ai_request_model" | "deployment";
export const DEPLOYMENT_LABELS: readonly DeploymentLabel[] = ["gen_ai_request_model", "deployment"];
