/** Boards, rules and the metrics that they may ask for, put together. */
import { join } from "node:path";
import { ALERTS, UP } from "@slipstream/grafana-dashboard-builder/metric-row";
import type { CommandPlace } from "@slipstream/grafana-dashboard-builder/command-line";
import type { DashboardProject } from "@slipstream/grafana-dashboard-builder/project";
import { CATALOG } from "@slipstream/telemetry/catalog";
import { BENCH_CATALOG } from "./bench-catalog.ts";
import { BENCHMARKS } from "./boards/benchmarks.ts";
import { CACHES } from "./boards/caches.ts";
import { DEPLOYMENTS } from "./boards/deployments.ts";
import { OVERVIEW } from "./boards/overview.ts";
import { RUNTIME } from "./boards/runtime.ts";
import { STREAMING } from "./boards/streaming.ts";
import { USAGE } from "./boards/usage.ts";
import { BENCH_RULES } from "./rules/bench-rules.ts";
import { OBJECTIVE_RULES } from "./rules/objective-rules.ts";
import { PROCESS_RULES } from "./rules/process-rules.ts";
import { UPSTREAM_RULES } from "./rules/upstream-rules.ts";

const BUILD_COMMAND = "npm run build --workspace @slipstream/dashboards";

export const PROJECT: DashboardProject = {
  boards: [OVERVIEW, STREAMING, CACHES, DEPLOYMENTS, USAGE, RUNTIME, BENCHMARKS],
  ruleFiles: [
    { name: "objectives", groups: OBJECTIVE_RULES },
    { name: "upstreams", groups: UPSTREAM_RULES },
    { name: "processes", groups: PROCESS_RULES },
    { name: "bench", groups: BENCH_RULES },
  ],
  catalogue: [...CATALOG, ...BENCH_CATALOG, UP, ALERTS],
  runbooks: "docs/runbooks/",
  heading: `Generated from dashboards/src/rules. Do not edit; run: ${BUILD_COMMAND}`,
};

export const PLACE: CommandPlace = {
  folder: join(import.meta.dirname, ".."),
  generated: ["dist/classic/*.json", "prometheus/rules/*.yml"],
  buildCommand: BUILD_COMMAND,
};
