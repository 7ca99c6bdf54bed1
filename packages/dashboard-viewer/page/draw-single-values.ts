import type { BarsBody, StatBody, StatTile } from "../src/dashboard-view.ts";
import { createElement } from "./element.ts";

const SVG = "http://www.w3.org/2000/svg";
const TEXT = "var(--text)";
/** px. */
const FONT_MAX = 38;
const FONT_MIN = 12;
/** Width of a character, of its height. */
const CHARACTER = 0.66;

export function drawStat(place: HTMLElement, { tiles, coloring, hasNames }: StatBody): void {
  const isHigh = place.clientHeight > place.clientWidth;
  const row = createElement("div", isHigh ? "tiles column" : "tiles");
  place.append(row);
  const elements = tiles.map((tile) => {
    const element = createElement("div", coloring === "background" ? "tile filled" : "tile");
    row.append(element);
    return { tile, element };
  });
  for (const { tile, element } of elements) drawTile(element, tile, coloring, hasNames);
}

function drawTile(
  element: HTMLElement,
  tile: StatTile,
  coloring: StatBody["coloring"],
  hasName: boolean,
): void {
  const color = tile.color ?? TEXT;
  const hasSpark = coloring !== "background" && tile.spark.length > 0;
  if (coloring === "background") element.style.background = color;
  if (hasSpark) {
    element.classList.add("sparked");
    element.append(createSpark(tile.spark, color));
  }
  const value = createElement("div", "value", tile.text);
  value.style.color = coloring === "value" ? color : TEXT;
  const fitting = (0.8 * element.clientWidth) / (tile.text.length * CHARACTER);
  const height = element.clientHeight * (hasName ? 0.36 : 0.46);
  value.style.fontSize = `${Math.max(FONT_MIN, Math.min(fitting, height, FONT_MAX)).toFixed(0)}px`;
  if (hasName) element.append(createElement("div", "name", tile.name));
  element.append(value);
}

function createSpark(values: StatTile["spark"], color: string): SVGElement {
  const numbers = values.filter((value) => value !== null);
  const lowest = Math.min(...numbers, 0);
  const span = Math.max(...numbers) - lowest || 1;
  const last = Math.max(values.length - 1, 1);
  const points = values.flatMap((value, index) =>
    value === null ? [] : [`${(100 * index) / last},${97 - (94 * (value - lowest)) / span}`],
  );
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("preserveAspectRatio", "none");
  const first = points[0]?.split(",")[0] ?? "0";
  const end = points.at(-1)?.split(",")[0] ?? "100";
  const area = document.createElementNS(SVG, "polygon");
  area.setAttribute("points", `${first},100 ${points.join(" ")} ${end},100`);
  area.setAttribute("style", `fill: ${color}; opacity: 0.13`);
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.join(" "));
  line.setAttribute("vector-effect", "non-scaling-stroke");
  line.setAttribute("style", `fill: none; stroke: ${color}; stroke-width: 1.5; opacity: 0.75`);
  svg.append(area, line);
  return svg;
}

export function drawBars(place: HTMLElement, { bars }: BarsBody): void {
  const cells = bars.flatMap(({ name, text, color, share }) => {
    const fill = createElement("div", "fill");
    fill.style.width = `${(share * 100).toFixed(1)}%`;
    fill.style.background = color ?? "#7fa6f8";
    const value = createElement("div", "value", text);
    value.style.color = color ?? TEXT;
    return [createElement("div", "", name), createElement("div", "track", fill), value];
  });
  place.append(createElement("div", "bars", ...cells));
}
