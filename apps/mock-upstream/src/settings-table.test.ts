import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { presetRows, settingRows } from "./settings-table.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("README.md has the rows of the settings, in the same words", () => {
  expect(tableAfter("## Scenarios")).toEqual(settingRows());
});

test("README.md has the rows of the presets", () => {
  expect(tableAfter("## Presets")).toEqual(presetRows());
});

/** Cells of the first table after a heading, without its own two head rows. */
function tableAfter(heading: string): string[][] {
  const [table = ""] = /(^\|.*\n)+/m.exec(README.slice(README.indexOf(heading))) ?? [];
  const rows = table.trim().split("\n").slice(2);
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
