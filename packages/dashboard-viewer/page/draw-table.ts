import type { TableBody, TableCell } from "../src/dashboard-view.ts";
import { createElement } from "./element.ts";

export function drawTable(place: HTMLElement, { columns, rows }: TableBody): void {
  const head = columns.map(({ name, align }) => {
    const cell = createElement("th", "", name);
    cell.style.textAlign = align;
    return cell;
  });
  const lines = rows.map((row) => {
    const cells = row.map((cell, index) => createCell(cell, columns[index]?.align ?? "left"));
    return createElement("tr", "", ...cells);
  });
  place.append(createElement("table", "table", createElement("tr", "", ...head), ...lines));
}

function createCell({ text, color, coloring }: TableCell, align: string): HTMLElement {
  const cell = createElement("td", "", text);
  cell.style.textAlign = align;
  if (color !== undefined && coloring === "text") cell.style.color = color;
  if (color !== undefined && coloring === "background") cell.style.background = color;
  return cell;
}
