import type { Legend } from "../src/dashboard-view.ts";
import { createElement } from "./element.ts";

/** What there is no room for is counted at the end: a picture cannot be scrolled. */
export function drawLegend(place: HTMLElement, legend: Legend): void {
  const { element, entries, more } = legend.columns.length === 0 ? toList(legend) : toTable(legend);
  place.append(element);
  for (let hidden = 1; element.scrollHeight > element.clientHeight + 1; hidden++) {
    const last = entries.pop();
    if (last === undefined) return;
    last.remove();
    more.textContent = `and ${hidden} more`;
  }
}

interface Drawn {
  readonly element: HTMLElement;
  readonly entries: HTMLElement[];
  readonly more: HTMLElement;
}

function toList({ rows }: Legend): Drawn {
  const entries = rows.map((row) => createElement("span", "", ...createName(row)));
  const more = createElement("span", "more");
  return { element: createElement("div", "legend list", ...entries, more), entries, more };
}

function toTable({ columns, rows }: Legend): Drawn {
  const head = ["", ...columns].map((column) => createElement("th", "", column));
  const entries = rows.map((row) => {
    const cells = row.cells.map((cell) => createElement("td", "", cell));
    return createElement("tr", "", createElement("td", "", ...createName(row)), ...cells);
  });
  const table = createElement("table", "", createElement("tr", "", ...head), ...entries);
  const more = createElement("div", "more");
  return { element: createElement("div", "legend", table, more), entries, more };
}

function createName({ name, color }: Legend["rows"][number]): readonly (HTMLElement | string)[] {
  const key = createElement("span", "key");
  key.style.background = color;
  return [key, name];
}
