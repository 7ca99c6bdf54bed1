/** Boards, rules and the metrics that they may ask for, put together. */
import { join } from "node:path";
import { ALERTS, UP } from "@slipstream/grafana-dashboard-builder/metric-row";
import type { CommandPlace } from "@slipstream/grafana-dashboard-builder/command-line";
import type { DashboardProject } from "@slipstream/grafana-dashboard-builder/project";
import { CATALOG } from "@slipstream/telemetry/catalog";
import { BENCH_CATALOG } from "./bench-catalog.ts";
import { OVERVIEW } from "./boards/overview.ts";
import { STREAMING } from "./boards/streaming.ts";

const BUILD_COMMAND = "npm run build --workspace @slipstream/dashboards";

export const PROJECT: DashboardProject = {
  boards: [OVERVIEW, STREAMING],
  ruleFiles: [],
  catalogue: [...CATALOG, ...BENCH_CATALOG, UP, ALERTS],
  runbooks: "docs/runbooks/",
  heading: `Generated from dashboards/src/rules. Do not edit; run: ${BUILD_COMMAND}`,
};

export const PLACE: CommandPlace = {
  folder: join(import.meta.dirname, ".."),
  generated: ["dist/classic/*.json", "prometheus/rules/*.yml"],
  buildCommand: BUILD_COMMAND,
};
