/** Draws the dashboard that it is given; runs in Chromium, without a network. */
import type { DashboardView, PanelView, SectionView } from "../src/dashboard-view.ts";
import { drawHeatmap } from "./draw-heatmap.ts";
import { drawMarkdown } from "./draw-markdown.ts";
import { drawBars, drawStat } from "./draw-single-values.ts";
import { drawTable } from "./draw-table.ts";
import { drawTimeSeries } from "./draw-time-series.ts";
import { drawTimeline } from "./draw-timeline.ts";
import { createElement } from "./element.ts";

declare global {
  interface Window {
    drawDashboard: (view: DashboardView) => void;
  }
}

const COLUMNS = 24;
/** Of one row of the grid, and between two panels. px. */
const ROW = 30;
const GAP = 8;

window.drawDashboard = (view) => {
  const about = createElement("span", "about", view.description);
  const facts = view.facts.map((fact) => createElement("span", "fact", fact));
  const title = createElement("h1", "", view.title);
  document.title = view.title;
  document.body.replaceChildren(
    createElement("header", "", title, about, createElement("div", "facts", ...facts)),
  );
  for (const section of view.sections) drawSection(section);
  const lines = view.footer.map((line) => createElement("div", "", line));
  document.body.append(createElement("footer", "", ...lines));
};

function drawSection({ title, panels }: SectionView): void {
  if (title !== undefined) document.body.append(createElement("h2", "", title));
  const top = Math.min(...panels.map(({ grid }) => grid.y));
  const bottom = Math.max(top, ...panels.map(({ grid }) => grid.y + grid.h));
  const section = createElement("div", "section");
  section.style.height = `${Math.max(0, (bottom - top) * (ROW + GAP))}px`;
  document.body.append(section);
  for (const panel of panels) drawPanel(section, panel, top);
}

function drawPanel(section: HTMLElement, panel: PanelView, top: number): void {
  const { grid, title, notes } = panel;
  const body = createElement("div", "body");
  const element = createElement("div", "panel");
  if (title !== "") element.append(createElement("h3", "", title));
  element.append(body, ...notes.map((note) => createElement("div", "note", note)));
  const column = (section.clientWidth + GAP) / COLUMNS;
  element.style.left = `${grid.x * column}px`;
  element.style.width = `${grid.w * column - GAP}px`;
  element.style.top = `${(grid.y - top) * (ROW + GAP)}px`;
  element.style.height = `${grid.h * (ROW + GAP) - GAP}px`;
  // In the document before it is drawn: a chart has to know how much room there is.
  section.append(element);
  drawBody(body, panel.body);
}

function drawBody(place: HTMLElement, body: PanelView["body"]): void {
  switch (body.type) {
    case "message":
      place.append(createElement("div", body.isProblem ? "message problem" : "message", body.text));
      return;
    case "text":
      drawMarkdown(place, body.markdown);
      return;
    case "time-series":
      drawTimeSeries(place, body);
      return;
    case "heatmap":
      drawHeatmap(place, body);
      return;
    case "stat":
      drawStat(place, body);
      return;
    case "bars":
      drawBars(place, body);
      return;
    case "timeline":
      drawTimeline(place, body);
      return;
    case "table":
      drawTable(place, body);
  }
}
