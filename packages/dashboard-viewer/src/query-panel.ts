/** Runs the queries of a panel as Grafana would. */
import { parseDuration, toDuration, toRateInterval, toStep } from "./duration.ts";
import type { Panel, Target } from "./dashboard-schema.ts";
import { PrometheusError } from "./prometheus-client.ts";
import type { Exemplar, PrometheusClient, Series } from "./prometheus-client.ts";
import { fixedValues, interpolate } from "./template-variables.ts";
import type { Values } from "./template-variables.ts";

export interface QueryContext {
  readonly client: PrometheusClient;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** Seconds; what the data source calls its `timeInterval`. */
  readonly scrapeInterval: number;
  readonly variables: Values;
}

export interface TargetResult {
  readonly target: Target;
  /** With every variable replaced. */
  readonly expression: string;
  readonly type: "range" | "instant";
  readonly series: readonly Series[];
  readonly exemplars: readonly Exemplar[];
  /** Seconds. */
  readonly step: number;
  /** What Prometheus said against the query. */
  readonly problem: string | undefined;
}

const COLUMNS = 24;
const PICTURE_WIDTH = 1_600;

/** Each target that is not hidden, once for each of the ways in which it wants to be asked. */
export async function queryPanel(
  panel: Panel,
  context: QueryContext,
): Promise<readonly TargetResult[]> {
  const results = panel.targets
    .filter(({ hide, expr }) => hide !== true && expr !== "")
    .flatMap((target) => toTypes(target).map((type) => queryTarget(panel, target, type, context)));
  return Promise.all(results);
}

function toTypes({ instant = false, range }: Target): readonly TargetResult["type"][] {
  const isRange = range ?? !instant;
  return [...(isRange ? (["range"] as const) : []), ...(instant ? (["instant"] as const) : [])];
}

async function queryTarget(
  panel: Panel,
  target: Target,
  type: TargetResult["type"],
  context: QueryContext,
): Promise<TargetResult> {
  const { client, start, end } = context;
  const { expression, step } = prepareQuery(panel, target, context);
  const common = { target, expression, type, step };
  try {
    const series =
      type === "instant"
        ? await client.query(expression, end)
        : await client.queryRange(expression, align({ start, end, step }));
    const exemplars = target.exemplar === true ? await client.exemplars(expression, context) : [];
    return { ...common, series, exemplars, problem: undefined };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { ...common, series: [], exemplars: [], problem: error.message };
  }
}

interface PreparedQuery {
  readonly expression: string;
  readonly step: number;
}

function prepareQuery(panel: Panel, target: Target, context: QueryContext): PreparedQuery {
  const { start, end, scrapeInterval, variables } = context;
  const wanted = target.interval ?? panel.interval ?? "";
  const minimum = parseDuration(interpolate(wanted, variables)) ?? scrapeInterval;
  const points = panel.maxDataPoints ?? Math.round((panel.gridPos.w / COLUMNS) * PICTURE_WIDTH);
  const range = Math.max(1, Math.round(end - start));
  const step = toStep(range, points, minimum);
  const builtIn = fixedValues({
    __interval: toDuration(step),
    __interval_ms: String(step * 1_000),
    __rate_interval: toDuration(toRateInterval(step, minimum)),
    __range: toDuration(range),
    __range_s: String(range),
    __range_ms: String(range * 1_000),
  });
  const values = new Map([...variables, ...builtIn]);
  // A custom variable may itself stand for one of the built-in ones.
  return { expression: interpolate(interpolate(target.expr, values), builtIn), step };
}

/** Points on multiples of the step, as everybody else's dashboards have them. */
function align({ start, end, step }: { start: number; end: number; step: number }): {
  start: number;
  end: number;
  step: number;
} {
  return { start: Math.ceil(start / step) * step, end: Math.floor(end / step) * step, step };
}
