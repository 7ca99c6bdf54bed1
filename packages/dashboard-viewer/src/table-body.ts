import type { TableBody, TableCell } from "./dashboard-view.ts";
import type { FieldConfig, Panel } from "./dashboard-schema.ts";
import { displayValue } from "./display-value.ts";
import { resolveFieldConfig } from "./field-config.ts";
import { formatTime } from "./format-value.ts";
import type { TargetResult } from "./query-panel.ts";
import { sortRows, toFrames, transform } from "./table-frame.ts";
import type { Cell, Column } from "./table-frame.ts";

/** What is longer than a picture's panel is not drawn anyway. */
const ROWS_MAX = 60;

export interface Table {
  readonly body: TableBody;
  readonly notes: readonly string[];
}

export function toTable(panel: Panel, results: readonly TargetResult[]): Table {
  const { frame, unknown } = transform(toFrames(results), panel.transformations);
  const named = frame.map((column) => {
    const config = resolveFieldConfig(panel, column);
    return { ...column, name: config.displayName ?? column.name, config };
  });
  const [order] = panel.options.sortBy ?? [];
  const sorted =
    order?.displayName === undefined
      ? named
      : sortRows(named, order.displayName, order.desc === true);
  const columns = sorted.map((column, index) => ({
    ...column,
    config: named[index]?.config ?? {},
  }));
  const count = Math.min(columns[0]?.cells.length ?? 0, ROWS_MAX);
  return {
    body: {
      type: "table",
      columns: columns.map(({ name, type }) => ({
        name,
        align: type === "number" ? "right" : "left",
      })),
      rows: Array.from({ length: count }, (_, row) =>
        columns.map((column) => toCell(column, column.cells[row] ?? null)),
      ),
    },
    notes: unknown.map((id) => `transformation "${id}" is not known to this viewer`),
  };
}

function toCell({ type, config }: Column & { config: FieldConfig }, cell: Cell): TableCell {
  if (type === "time" && typeof cell === "number") {
    return { text: formatTime(cell / 1_000), color: undefined, coloring: "none" };
  }
  const style = config.custom?.cellOptions?.type ?? "auto";
  const coloring = style.startsWith("color-background") ? "background" : "text";
  const isColored = style.startsWith("color-");
  return { ...displayValue(cell, config), coloring: isColored ? coloring : "none" };
}
