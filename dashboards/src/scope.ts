/** What all boards of the gateway have in common. */
import { matching } from "@slipstream/grafana-dashboard-builder/matchers";
import type { TargetLabel } from "@slipstream/grafana-dashboard-builder/metric-row";
import { Promql } from "@slipstream/grafana-dashboard-builder/promql";
import type { LintExclusions } from "@slipstream/grafana-dashboard-builder/lint-rules";
import { valuesOf } from "@slipstream/grafana-dashboard-builder/variables";
import type { VariableDefinition } from "@slipstream/grafana-dashboard-builder/variables";
import { BUILD_INFO } from "@slipstream/telemetry/process-rows";
import { REQUESTS } from "@slipstream/telemetry/request-rows";

/** Boards with this tag link to each other. */
export const TAGS: readonly string[] = ["slipstream"];

const TARGET: Readonly<Record<TargetLabel, ReturnType<typeof matching>>> = {
  job: matching("$job"),
  instance: matching("$instance"),
};

/** Queries of boards follow the variables at their top. */
export const promql: Promql = new Promql({
  window: "$__rate_interval",
  where: { ...TARGET, gen_ai_request_model: matching("$model") },
});

/** For ratios whose other side knows no models: a chosen model must not shrink one side only. */
export const allModels: Promql = new Promql({ window: "$__rate_interval", where: TARGET });

/** For series that do not come from the gateway's own page. */
export const everywhere: Promql = new Promql({ window: "$__interval" });

/** Everything that happened in the time range shown, as one number. */
export const inRange: Promql = promql.over("$__range");
export const IN_RANGE: { readonly isInstant: true; readonly exclude: LintExclusions } = {
  isInstant: true,
  exclude: { "target-rate-interval": "one number for the whole time range that is shown" },
};

/** Of all jobs, only those of gateways: `up` and `process_*` are written by others too. */
export const JOBS_OF_GATEWAYS: LintExclusions = {
  "template-job": "all jobs are those of gateways, by name, and not whatever Prometheus scrapes",
};

export const VARIABLES: readonly VariableDefinition[] = [
  valuesOf({ name: "job", label: "Job", of: BUILD_INFO, values: "job" }),
  valuesOf({
    name: "instance",
    label: "Instance",
    of: BUILD_INFO,
    values: "instance",
    where: { job: matching("$job") },
    all: ".+",
  }),
  valuesOf({
    name: "model",
    label: "Model",
    of: REQUESTS,
    values: "gen_ai_request_model",
    where: { job: matching("$job") },
    all: ".+",
  }),
];
