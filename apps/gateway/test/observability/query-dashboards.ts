/** Asks every query of every dashboard, and every rule, of a Prometheus that has something to tell. */
import { createContext } from "@slipstream/dashboard-viewer/draw-folder";
import type { Series } from "@slipstream/dashboard-viewer/prometheus-client";
import { queryPanel } from "@slipstream/dashboard-viewer/query-panel";
import { readDashboards, toSections } from "@slipstream/dashboard-viewer/read-dashboards";
import type { PrometheusProcess } from "./prometheus-process.ts";
import { SCRAPE_SECONDS } from "./prometheus-process.ts";

export interface Answer {
  /** `dashboard / panel / query`, or `group / rule`. */
  readonly name: string;
  readonly expression: string;
  /** What came back: at least one finite number, nothing but NaN or infinities, or nothing. */
  readonly content: "finite" | "not finite" | "empty";
  readonly problem: string | undefined;
}

export interface Span {
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
}

/** @param folder With classic dashboards. */
export async function queryDashboards(
  prometheus: PrometheusProcess,
  folder: string,
  span: Span,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const times = { ...span, scrapeInterval: SCRAPE_SECONDS };
  for (const { name, dashboard } of await readDashboards(folder)) {
    const context = await createContext(dashboard, prometheus.client, times);
    for (const panel of toSections(dashboard).flatMap(({ panels }) => panels)) {
      for (const { target, expression, series, problem } of await queryPanel(panel, context)) {
        const query = `${name} / ${panel.title} / ${target.refId}`;
        answers.push({ name: query, expression, content: toContent(series), problem });
      }
    }
  }
  return answers;
}

/** What Prometheus has evaluated, asked once more: an alert that does not fire returns nothing by itself. */
export async function queryRules(
  prometheus: PrometheusProcess,
  time: number,
): Promise<readonly Answer[]> {
  const rules = await prometheus.rules();
  return Promise.all(
    rules.map(async ({ group, name, query, health, lastError }) => {
      const expression = withoutFilters(query);
      const series = await prometheus.query(expression, time);
      const problem = health === "ok" ? undefined : `${health}: ${lastError}`;
      return { name: `${group} / ${name}`, expression, content: toContent(series), problem };
    }),
  );
}

function toContent(series: readonly Series[]): Answer["content"] {
  const samples = series.flatMap((one) => one.samples);
  if (samples.length === 0) return "empty";
  return samples.some(({ value }) => Number.isFinite(value)) ? "finite" : "not finite";
}

/** Texts and selectors, which are left alone, or an operator that compares. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\{[^}]*\}|(==|!=|<=|>=|<|>)(\s*bool\b)?/g;

/** With every comparison as 0 or 1, so that nothing is left out for being below a threshold. */
export function withoutFilters(expression: string): string {
  return expression.replaceAll(TOKEN, (token, operator?: string) =>
    operator === undefined ? token : `${operator} bool`,
  );
}
