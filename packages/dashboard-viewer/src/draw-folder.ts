/** Every dashboard of a folder, as a picture each. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "./chromium.ts";
import type { ViewOptions } from "./command-line.ts";
import type { Dashboard } from "./dashboard-schema.ts";
import type { DashboardView } from "./dashboard-view.ts";
import { drawDashboard, toDashboardView } from "./dashboard-picture.ts";
import { parseDuration, parseTime } from "./duration.ts";
import { PrometheusClient } from "./prometheus-client.ts";
import type { QueryContext } from "./query-panel.ts";
import { readDashboards } from "./read-dashboards.ts";
import { resolveVariables } from "./template-variables.ts";

/** Prometheus' own default. */
const DEFAULT_SCRAPE_SECONDS = 60;
const DEFAULT_TIME = { from: "now-1h", to: "now" };

/** @param now Seconds since 1970. @returns the paths of the pictures. */
export async function drawFolder(options: ViewOptions, now: number): Promise<readonly string[]> {
  const files = await readDashboards(options.dashboards);
  const client = new PrometheusClient(options.prometheus);
  const scrapeInterval = options.scrapeInterval ?? (await readScrapeInterval(client));
  const views: NamedView[] = [];
  for (const { name, dashboard } of files) {
    const range = toRange(dashboard, options, now);
    const context = await createContext(dashboard, client, { ...range, scrapeInterval });
    views.push({ name, view: await toDashboardView(dashboard, context) });
  }
  const wanted = options.skipEmpty ? views.filter(({ view }) => hasData(view)) : views;
  return drawViews(wanted, options.out);
}

function hasData({ sections }: DashboardView): boolean {
  const bodies = sections.flatMap(({ panels }) => panels.map(({ body }) => body.type));
  return bodies.some((type) => type !== "message" && type !== "text");
}

interface NamedView {
  readonly name: string;
  readonly view: DashboardView;
}

async function drawViews(views: readonly NamedView[], folder: string): Promise<readonly string[]> {
  const browser = await launchChromium();
  try {
    await mkdir(folder, { recursive: true });
    const paths: string[] = [];
    for (const { name, view } of views) {
      const path = join(folder, `${name}.png`);
      await writeFile(path, await drawDashboard(browser, view));
      paths.push(path);
    }
    return paths;
  } finally {
    await browser.close();
  }
}

export async function createContext(
  dashboard: Dashboard,
  client: PrometheusClient,
  times: Pick<QueryContext, "start" | "end" | "scrapeInterval">,
): Promise<QueryContext> {
  return { client, ...times, variables: await resolveVariables(dashboard, client, times) };
}

function toRange(
  { time = DEFAULT_TIME }: Dashboard,
  { from, to }: ViewOptions,
  now: number,
): Pick<QueryContext, "start" | "end"> {
  const end = to ?? parseTime(time.to, now) ?? now;
  return { start: from ?? parseTime(time.from, now) ?? end - 3_600, end };
}

/** The shortest, which is the one that somebody wanted. */
async function readScrapeInterval(client: PrometheusClient): Promise<number> {
  const targets = await client.targets();
  const known = targets.map((target) => parseDuration(target.scrapeInterval) ?? Infinity);
  const shortest = Math.min(...known);
  return Number.isFinite(shortest) ? shortest : DEFAULT_SCRAPE_SECONDS;
}
