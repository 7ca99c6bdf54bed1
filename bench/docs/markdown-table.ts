/** @param rows The first is the head. Columns are as wide as the formatter wants them. */
export function formatMarkdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((text) => text.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const toLine = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = toLine(widths.map((width) => "-".repeat(width)));
  const [head = [], ...others] = cells;
  return [toLine(head), rule, ...others.map(toLine)].join("\n");
}
