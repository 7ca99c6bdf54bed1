/**
 * Everything that belongs to one set of dashboards: boards, rules, and the catalogue that they must keep
 * to. `findProblems` says what must not be, `toArtefacts` makes the files.
 */
import { renderBoard } from "./board.ts";
import type { BoardDefinition } from "./board.ts";
import type { Artefact } from "./artefacts.ts";
import { checkExpression } from "./check-expression.ts";
import { lintBoard, readPanels } from "./lint.ts";
import { readExpressions } from "./lint-rules.ts";
import type { LintExclusions } from "./lint-rules.ts";
import type { MetricRow } from "./metric-row.ts";
import { renderRules } from "./rules.ts";
import type { AlertRule, RuleGroup } from "./rules.ts";

export interface RuleFile {
  /** Without folder and ending. */
  readonly name: string;
  readonly groups: readonly RuleGroup[];
}

export interface DashboardProject {
  readonly boards: readonly BoardDefinition[];
  readonly ruleFiles: readonly RuleFile[];
  /** Every metric that exists; what rules record is added. */
  readonly catalogue: readonly MetricRow[];
  /** Where the page of an alert lies: a folder or an address that ends in a slash. */
  readonly runbooks: string;
  /** First line of generated rule files. */
  readonly heading: string;
}

export interface NamedExpression {
  /** For messages: the board and the panel, or the rule. */
  readonly place: string;
  readonly expression: string;
}

export function toArtefacts(project: DashboardProject): readonly Artefact[] {
  const boards = project.boards.map((board) => ({
    path: `dist/classic/${board.uid}.json`,
    text: `${JSON.stringify(renderBoard(board), undefined, 2)}\n`,
  }));
  const rules = project.ruleFiles.map(({ name, groups }) => ({
    path: `prometheus/rules/${name}.yml`,
    text: renderRules(groups, project),
  }));
  return [...boards, ...rules];
}

/** Everything that is wrong, one line each; nothing may be written while there is a line. */
export function findProblems(project: DashboardProject): readonly string[] {
  const rows = [...project.catalogue, ...recordedRows(project)];
  const expressions = [
    ...panelExpressions(project.boards),
    ...variableExpressions(project.boards),
    ...ruleExpressions(project),
  ];
  return [
    ...expressions.flatMap(({ place, expression }) =>
      checkExpression(expression, rows).map((problem) => `${place}: ${problem}`),
    ),
    ...project.boards.flatMap((board) => lintBoard(renderBoard(board), toExclusions(board))),
    ...findDeadLinks(project.boards),
  ];
}

function findDeadLinks(boards: readonly BoardDefinition[]): readonly string[] {
  const uids = boards.map(({ uid }) => uid);
  return boards.flatMap((board) =>
    board.rows
      .flatMap(({ panels }) => panels)
      .filter(({ leadsTo }) => leadsTo !== undefined && !uids.includes(leadsTo))
      .map(
        ({ title, leadsTo }) => `${board.title}, ${title}: leads to ${leadsTo}, which is no board`,
      ),
  );
}

export function panelExpressions(boards: readonly BoardDefinition[]): readonly NamedExpression[] {
  return boards.flatMap((board) => {
    const ofAnnotations = (board.annotations ?? []).map(({ name, expression }) => ({
      place: `${board.title}, ${name}`,
      expression,
    }));
    const ofPanels = readPanels(renderBoard(board)).flatMap((panel) =>
      readExpressions(panel).map((expression) => ({
        place: `${board.title}, ${panel.title}`,
        expression,
      })),
    );
    return [...ofAnnotations, ...ofPanels];
  });
}

/** What variables offer: as if their values were counted. */
function variableExpressions(boards: readonly BoardDefinition[]): readonly NamedExpression[] {
  return boards.flatMap(({ title, variables }) =>
    variables.map(({ name, query }) => ({
      place: `${title}, variable ${name}`,
      expression: query.replace(/^label_values\((.+), (\w+)\)$/, "count by ($2) ($1)"),
    })),
  );
}

function ruleExpressions({ ruleFiles }: DashboardProject): readonly NamedExpression[] {
  return allRules(ruleFiles).flatMap((rule) => {
    if ("row" in rule) return [{ place: rule.row.name, expression: rule.expression }];
    const { alert, expression } = rule;
    return [
      { place: alert, expression },
      ...readTemplateLabels(rule).map((label) => ({
        place: `${alert}, $labels.${label}`,
        expression: `count by (${label}) (${expression})`,
      })),
    ];
  });
}

/** Labels that the words of an alert are filled in with. */
function readTemplateLabels({ summary, description }: AlertRule): readonly string[] {
  return [...`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)].map(
    ([, label]) => label ?? "",
  );
}

function recordedRows({ ruleFiles }: DashboardProject): readonly MetricRow[] {
  return allRules(ruleFiles).flatMap((rule) => ("row" in rule ? [rule.row] : []));
}

function allRules(files: readonly RuleFile[]): readonly RuleGroup["rules"][number][] {
  return files.flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));
}

function toExclusions({ exclude = {}, rows }: BoardDefinition): {
  readonly board: LintExclusions;
  readonly panels: Readonly<Record<string, LintExclusions>>;
} {
  const panels = rows.flatMap((row) => row.panels);
  const entries = panels.map(({ title, exclude: own = {} }) => [title, own] as const);
  return { board: exclude, panels: Object.fromEntries(entries) };
}
