/**
 * Whether an expression is PromQL, and whether all that it names exists.
 *
 * The types of `Promql` see to names already; this looks at the text that comes out, so that an
 * expression put together by hand is held to the same.
 */
import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { TARGET_LABELS } from "./metric-row.ts";
import type { MetricRow } from "./metric-row.ts";

/** Variables of Grafana that stand where PromQL wants a duration. */
const DURATION_VARIABLES =
  /\$(?:__rate_interval|__interval|__range)\b|\$\{(?:__rate_interval|__interval|__range)\}/g;
const OTHER_VARIABLES = /\$\{\w+(?::\w+)?\}|\$\w+/g;

/** What Grafana would send: a duration or a regular expression in place of each variable. */
export function substituteVariables(expression: string): string {
  return expression.replaceAll(DURATION_VARIABLES, "5m").replaceAll(OTHER_VARIABLES, ".*");
}

/** What is wrong with the expression, in words; nothing when all is well. */
export function checkExpression(expression: string, rows: readonly MetricRow[]): readonly string[] {
  const text = substituteVariables(expression);
  const tree = parser.parse(text);
  const syntax = findSyntaxError(tree, text);
  return syntax === undefined ? checkNames(tree, text, rows) : [syntax];
}

/** Names of the metrics that an expression reads, in the order of their first use. */
export function readMetricNames(expression: string): readonly string[] {
  const text = substituteVariables(expression);
  const names = findNodes(parser.parse(text).topNode, "VectorSelector").map((selector) =>
    readMetricName(selector, text),
  );
  return [...new Set(names)];
}

/** A duration that nobody writes, by which `$__rate_interval` is found again after parsing. */
const RATE_INTERVAL_MARK = "7777ms";

/** Ranges of the calls of these functions: `$__rate_interval`, or a duration. */
export function readRanges(expression: string, functions: readonly string[]): readonly string[] {
  const marked = expression.replaceAll("$__rate_interval", RATE_INTERVAL_MARK);
  const text = substituteVariables(marked);
  return findNodes(parser.parse(text).topNode, "MatrixSelector")
    .filter((range) => functions.includes(readFunctionsAround(range, text)[0] ?? ""))
    .flatMap((range) => readTexts(range, "DurationExpr", text))
    .map((range) => (range === RATE_INTERVAL_MARK ? "$__rate_interval" : range));
}

interface SelectorView {
  readonly metric: string;
  readonly matchers: readonly string[];
  /** Names of the functions around it, innermost first. */
  readonly functions: readonly string[];
}

/** Every selector of an expression with its matchers; the variables stay as they were written. */
export function readSelectors(expression: string): readonly SelectorView[] {
  // A parser wants durations, and nothing else of a variable disturbs it: they stand in strings.
  const text = expression.replaceAll(DURATION_VARIABLES, "5m");
  return findNodes(parser.parse(text).topNode, "VectorSelector").map((selector) => ({
    metric: readMetricName(selector, text),
    matchers: findNodes(selector, "UnquotedLabelMatcher").map(({ from, to }) =>
      text.slice(from, to).replaceAll(" ", ""),
    ),
    functions: readFunctionsAround(selector, text),
  }));
}

function readFunctionsAround(selector: SyntaxNode, text: string): readonly string[] {
  const names: string[] = [];
  for (let node = selector.parent; node !== null; node = node.parent) {
    const name = node.getChild("FunctionIdentifier");
    if (name !== null) names.push(text.slice(name.from, name.to));
  }
  return names;
}

function findSyntaxError(tree: Tree, text: string): string | undefined {
  const [error] = findNodes(tree.topNode, "⚠");
  if (error === undefined) return undefined;
  const around = text.slice(Math.max(0, error.from - 20), error.to + 20);
  return `is not PromQL at position ${error.from}, near: ${around}`;
}

function checkNames(tree: Tree, text: string, rows: readonly MetricRow[]): readonly string[] {
  const unnamed = "has a selector without the name of a metric";
  const inSelectors = findNodes(tree.topNode, "VectorSelector").flatMap((selector) => {
    const name = readMetricName(selector, text);
    if (name === "") return [unnamed];
    const labels = findLabels(name, rows);
    if (labels === undefined) return [`names the metric ${name}, which is in no catalogue`];
    return readTexts(selector, "LabelName", text)
      .filter((label) => !labels.includes(label))
      .map((label) => `asks ${name} for the label ${label}, which it does not have`);
  });
  return inSelectors.length > 0 ? inSelectors : checkGroupings(tree, text, rows);
}

/** A label to group by, or to match two sides on, must be one of what it is applied to. */
function checkGroupings(tree: Tree, text: string, rows: readonly MetricRow[]): readonly string[] {
  return findNodes(tree.topNode, "GroupingLabels").flatMap((grouping) => {
    const whole = grouping.parent?.parent ?? tree.topNode;
    const known = findNodes(whole, "VectorSelector").flatMap(
      (selector) => findLabels(readMetricName(selector, text), rows) ?? [],
    );
    return readTexts(grouping, "LabelName", text)
      .filter((label) => !known.includes(label))
      .map((label) => `groups by the label ${label}, which no metric in it has`);
  });
}

/** Labels of the series with this name; `undefined` when no row makes it. */
function findLabels(name: string, rows: readonly MetricRow[]): readonly string[] | undefined {
  for (const row of rows) {
    const labels = [...TARGET_LABELS, ...row.labels];
    if (row.type !== "histogram") {
      if (row.name === name) return labels;
    } else if (name === `${row.name}_bucket`) return [...labels, "le"];
    else if (name === `${row.name}_sum` || name === `${row.name}_count`) return labels;
  }
  return undefined;
}

function readMetricName(selector: SyntaxNode, text: string): string {
  const name = selector.getChild("Identifier");
  return name === null ? "" : text.slice(name.from, name.to);
}

function readTexts(node: SyntaxNode, name: string, text: string): readonly string[] {
  return findNodes(node, name).map(({ from, to }) => text.slice(from, to));
}

/** In the order of the text, from a node downwards. */
function findNodes(node: SyntaxNode, name: string): readonly SyntaxNode[] {
  const found = node.name === name ? [node] : [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    found.push(...findNodes(child, name));
  }
  return found;
}
