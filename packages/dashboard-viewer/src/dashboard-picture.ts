/** A dashboard, asked and drawn. */
import type { Browser } from "playwright-core";
import type { Dashboard, Panel } from "./dashboard-schema.ts";
import type { DashboardView, PanelView } from "./dashboard-view.ts";
import { formatTime } from "./format-value.ts";
import { readPageFile } from "./page-files.ts";
import { toPanelView } from "./panel-view.ts";
import { queryPanel } from "./query-panel.ts";
import type { QueryContext } from "./query-panel.ts";
import { toSections } from "./read-dashboards.ts";
import { describeVariables, interpolate } from "./template-variables.ts";

const WIDTH = 1_600;
/** Grows with the dashboard. */
const HEIGHT = 900;
/** Nothing answers there but the files of the page. */
const ORIGIN = "http://viewer.invalid";

const RENDERER =
  "Drawn by Slipstream's own dashboard-viewer (uPlot in headless Chromium) from the dashboard's JSON. This is not Grafana, which lays out, colours and rounds a little differently.";

export async function toDashboardView(
  dashboard: Dashboard,
  context: QueryContext,
): Promise<DashboardView> {
  const { start, end, variables } = context;
  const toView = async (panel: Panel): Promise<PanelView> =>
    toPanelView(panel, await queryPanel(panel, context), context);
  const sections = toSections(dashboard).map(async ({ title, panels }) => ({
    title: title === undefined ? undefined : interpolate(title, variables),
    panels: await Promise.all(panels.map(toView)),
  }));
  return {
    title: dashboard.title,
    description: dashboard.description ?? "",
    facts: [
      ...describeVariables(variables),
      `${formatTime(start)} – ${formatTime(end).slice(11)} UTC`,
    ],
    sections: await Promise.all(sections),
    footer: [RENDERER],
  };
}

/** @returns a PNG of the whole dashboard. */
export async function drawDashboard(browser: Browser, view: DashboardView): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (line) => {
    if (line.type() === "error") problems.push(line.text());
  });
  try {
    await page.route("**/*", async (route) => {
      const url = new URL(route.request().url());
      const file = url.origin === ORIGIN ? await readPageFile(url.pathname) : undefined;
      await (file === undefined ? route.abort() : route.fulfill(file));
    });
    await page.goto(`${ORIGIN}/page/index.html`);
    await page.evaluate(toDrawCall(view));
    if (problems.length > 0) throw new Error(`the page failed: ${problems.join("; ")}`);
    return await page.screenshot({ fullPage: true });
  } finally {
    await page.close();
  }
}

/** As text, because the page's globals are not ours. */
function toDrawCall(view: DashboardView): string {
  return `drawDashboard(${JSON.stringify(view)})`;
}
