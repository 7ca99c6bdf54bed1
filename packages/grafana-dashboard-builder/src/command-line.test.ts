import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCommand } from "./command-line.ts";
import { UP } from "./metric-row.ts";
import { stat } from "./panel.ts";
import type { DashboardProject } from "./project.ts";

const folder = mkdtempSync(join(tmpdir(), "slipstream-boards-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PLACE = {
  folder,
  generated: ["dist/classic/*.json", "prometheus/rules/*.yml"],
  buildCommand: "npm run build",
};

function projectOf(query: string): DashboardProject {
  const panel = stat({ title: "P", description: "What to do.", unit: "count", query });
  return {
    boards: [
      {
        uid: "board",
        title: "Board",
        description: "Is it well?",
        tags: [],
        variables: [],
        exclude: { "template-job": "for a test", "template-instance": "for a test" },
        rows: [{ title: "Row", panels: [panel] }],
      },
    ],
    ruleFiles: [{ name: "rules", groups: [] }],
    catalogue: [UP],
    runbooks: "docs/",
    heading: "Generated.",
  };
}

const GOOD = projectOf('sum(up{job=~"$job",instance=~"$instance"})');

test("what is built is up to date, and what is changed by hand is not", () => {
  expect(runCommand(["--check"], GOOD, PLACE)).toEqual({
    exitCode: 1,
    lines: [
      "dist/classic/board.json is missing",
      "prometheus/rules/rules.yml is missing",
      "Generated files are not up to date. Run: npm run build",
    ],
  });
  expect(runCommand(["build"], GOOD, PLACE)).toEqual({ exitCode: 0, lines: ["2 files written"] });
  expect(runCommand(["--check"], GOOD, PLACE).exitCode).toBe(0);

  const file = join(folder, "dist/classic/board.json");
  writeFileSync(file, readFileSync(file, "utf8").replace("browser", "utc"));
  writeFileSync(join(folder, "dist/classic/old.json"), "{}");
  const { exitCode, lines } = runCommand(["--check"], GOOD, PLACE);
  expect(exitCode).toBe(1);
  expect(lines).toContain("dist/classic/board.json differs from line 2");
  expect(lines).toContain("dist/classic/old.json is not generated any more");
});

test("building removes what is not generated any more", () => {
  runCommand(["build"], GOOD, PLACE);
  expect(readdirSync(join(folder, "dist/classic"))).toEqual(["board.json"]);
});

test.each([
  [
    'sum(down{job=~"$job",instance=~"$instance"})',
    "names the metric down, which is in no catalogue",
  ],
  ['sum by (x) (up{job=~"$job",instance=~"$instance"})', "groups by the label x"],
  ['up{job=~"$job",instance=~"$instance",x="1"}', "asks up for the label x"],
  ['sum(up{job=~"$job",instance=~"$instance"}', "is not PromQL"],
  ["sum(up)", "(target-job)"],
])("with a mistake nothing is built: %s", (query, problem) => {
  const { exitCode, lines } = runCommand(["build"], projectOf(query), PLACE);
  expect(exitCode).toBe(1);
  expect(lines.join("\n")).toContain(problem);
});

test("a panel leads to a board that there is", () => {
  const panel = stat({
    title: "P",
    description: "What to do.",
    unit: "count",
    query: 'sum(up{job=~"$job",instance=~"$instance"})',
    leadsTo: "gone",
  });
  const boards = GOOD.boards.map((board) => ({
    ...board,
    rows: [{ title: "Row", panels: [panel] }],
  }));
  const { lines } = runCommand(["build"], { ...GOOD, boards }, PLACE);
  expect(lines).toEqual(["Board, P: leads to gone, which is no board"]);
});

test("variables and the words of alerts ask for what exists", () => {
  const variables = [{ name: "v", label: "V", query: "label_values(up, shape)", all: undefined }];
  const boards = GOOD.boards.map((board) => ({ ...board, variables }));
  const alert = {
    alert: "Down",
    expression: "up == 0",
    severity: "page",
    summary: "{{ $labels.job }} in {{ $labels.colour }}",
    description: "It does not answer.",
  } as const;
  const ruleFiles = [{ name: "rules", groups: [{ name: "group", rules: [alert] }] }];
  expect(runCommand(["build"], { ...GOOD, boards, ruleFiles }, PLACE).lines).toEqual([
    "Board, variable v: groups by the label shape, which no metric in it has",
    "Down, $labels.colour: groups by the label colour, which no metric in it has",
  ]);
});

function readLink(): string | undefined {
  const rules = readFileSync(join(folder, "prometheus/rules/rules.yml"), "utf8");
  return /runbook_url: (.+)/.exec(rules)?.[1];
}

test("alerts lead to where the pages are said to be", () => {
  const alert = {
    alert: "Down",
    expression: "up == 0",
    severity: "page",
    summary: "It is down",
    description: "It does not answer.",
  } as const;
  const ruleFiles = [{ name: "rules", groups: [{ name: "group", rules: [alert] }] }];
  const project = { ...GOOD, ruleFiles };
  for (const address of ["https://wiki.example/run", "https://wiki.example/run/"]) {
    expect(runCommand(["build", "--runbooks", address], project, PLACE).exitCode).toBe(0);
    expect(readLink()).toBe("https://wiki.example/run/Down.md");
    expect(runCommand(["--check", "--runbooks", address], project, PLACE).exitCode).toBe(0);
  }
  runCommand(["build"], project, PLACE);
  expect(readLink()).toBe("docs/Down.md");
});

test.each([
  [["bulid"]],
  [[]],
  [["build", "more"]],
  [["build", "--runbooks"]],
  [["build", "--runbooks", "docs/"]],
  [["build", "--runbooks", "https://a/", "more"]],
])("%j is answered with what there is", (words) => {
  expect(runCommand(words, GOOD, PLACE).lines).toEqual([
    "Usage: build | --check [--runbooks https://HOST/FOLDER/]",
  ]);
});
