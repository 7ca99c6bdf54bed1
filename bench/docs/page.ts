/** The page about what was measured. It is made from results and says how far they are to be relied on. */
import { formatTime } from "../format-time.ts";
import type { Figure } from "../load/figures.ts";
import { formatLimit, formatLimited } from "../load/limit.ts";
import type { Spread } from "../load/statistics.ts";
import { toColumns } from "../load/subjects/subject.ts";
import { formatHeadline, toHeadlines } from "../micro/headlines.ts";
import { isLoadResult } from "../stored-results.ts";
import type { LoadResult, StoredResult, StoredTask, SuiteResult } from "../stored-results.ts";
import type { Chart } from "./charts.ts";
import { formatMarkdownTable } from "./markdown-table.ts";
import { findDoubts } from "./doubts.ts";
import { DROPPED, KEPT } from "./steps.ts";
import type { Step } from "./steps.ts";

const NOTHING = "–";
const SHORT_COMMIT = 12;

export interface PageInput {
  readonly results: readonly StoredResult[];
  readonly charts: readonly Chart[];
  /** All that there could be, in their order; what was not measured is named. */
  readonly parts: readonly string[];
}

export function renderPage({ results, charts, parts }: PageInput): string {
  const suites = parts.flatMap(
    (part) => results.find((result) => result.part === part && !isLoadResult(result)) ?? [],
  ) as readonly SuiteResult[];
  const load = results.find(isLoadResult);
  const missing = parts.filter((part) => !results.some((result) => result.part === part));
  return [
    INTRODUCTION,
    ...renderDoubts(results),
    ...(missing.length === 0 ? [] : [`**Not measured yet:** ${missing.join(", ")}.`]),
    ...renderHeadlines(suites),
    ...charts.map(({ name, alternative }) => `![${alternative}](images/benchmarks/${name}.svg)`),
    ...(load === undefined ? [] : renderLoad(load)),
    renderSteps(),
    ...suites.map(renderSuite),
    ...renderPlaces(results),
    READING,
  ]
    .join("\n\n")
    .concat("\n");
}

const INTRODUCTION = `# Benchmarks

Made by \`npm run bench:docs\` from the results of \`npm run bench\`; not edited by hand.
[bench/README.md](../bench/README.md) says how it is measured.`;

const READING = `## How to read it

- A row is one task. Its time is that of one iteration, which the second column describes.
- **published** is what the reference, a gateway in Rust, has published for the same id. It was measured on
  another machine, in another language: it shows the order of magnitude, and nothing can be divided by it.
- Rows with **ours** are the gateway's own code, beside the work of the reference done over again.
- **±** is the relative margin of error of the mean: differences smaller than this mean nothing.`;

function renderDoubts(results: readonly StoredResult[]): string[] {
  const doubts = [...new Set(results.flatMap(findDoubts))];
  if (doubts.length === 0) return [];
  return [["> **Not to be relied on.**", ">", ...doubts.map((doubt) => `> - ${doubt}`)].join("\n")];
}

function renderHeadlines(suites: readonly SuiteResult[]): string[] {
  const headlines = toHeadlines(
    suites.flatMap(({ tasks }) => tasks.map((task) => ({ task, timing: task.timing }))),
  );
  if (headlines.length === 0) return [];
  const rows = headlines.map((headline) => `- ${formatHeadline(headline)}`);
  return [`## In short\n\n${rows.join("\n")}`];
}

function renderSuite({ part, tasks, missing }: SuiteResult): string {
  const head = ["task", "one iteration", "p50", "p99", "±", "published", "budget", "fidelity"];
  const table = formatMarkdownTable([head, ...groupByNeed(tasks).map(toRow)]);
  const twins = missing.map(({ id, why }) => `- No twin for \`${id}\`: ${why}.`);
  return [`## ${part}`, table, ...(twins.length === 0 ? [] : [twins.join("\n")])].join("\n\n");
}

/** Our own rows behind those of the same group, which come first. */
function groupByNeed(tasks: readonly StoredTask[]): StoredTask[] {
  return [...Map.groupBy(tasks, ({ id }) => id.split("/")[0]).values()].flat();
}

function toRow({ id, kind, does, timing, ...task }: StoredTask): string[] {
  const isOver = task.budgetNs !== undefined && timing.p50 > task.budgetNs;
  return [
    kind === "production" ? `**ours** \`${id}\`` : `\`${id}\``,
    does,
    formatTime(timing.p50),
    formatTime(timing.p99),
    `${(timing.rme * 100).toFixed(1)} %`,
    task.published === undefined ? NOTHING : `${task.published} (Rust, elsewhere)`,
    task.budgetNs === undefined
      ? NOTHING
      : `${formatTime(task.budgetNs)}: ${isOver ? "**missed**" : "met"}`,
    task.fidelity ?? "",
  ];
}

function renderLoad({ figures, environment }: LoadResult): string[] {
  const tables = [...Map.groupBy(figures, ({ scenario }) => scenario)].map(([scenario, own]) => {
    const subjects = toColumns(own.flatMap(({ values }) => Object.keys(values)));
    return formatMarkdownTable([
      [scenario.replaceAll("_", " "), ...subjects, "ratio", "budget"],
      ...own.map((figure) => [
        figure.label,
        ...subjects.map((subject) => formatSpread(figure.values[subject])),
        ...formatComparison(figure),
      ]),
    ]);
  });
  const nginx =
    environment.nginx === undefined
      ? "nginx is not installed where this was measured: the ratios are missing."
      : "Median (min to max) of the rounds; latencies are percentiles of all samples. The ratio of `telemetry` is to the gateway without it, of all others to nginx. _Added_ is to `direct`: what a proxy adds.";
  return ["## Load through the whole gateway", ...tables, nginx];
}

/** What it is a multiple of, and what was promised. */
function formatComparison({ comparison, limit }: Figure): string[] {
  if (limit !== undefined) {
    const verdict = `${formatVerdict(limit.isMet)} (${formatLimited(limit)})`;
    return [NOTHING, `${formatLimit(limit)}: ${verdict}`];
  }
  if (comparison === undefined) return [NOTHING, NOTHING];
  const { ratio, budget, isMet } = comparison;
  const spread = `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`;
  if (budget === undefined) return [spread, NOTHING];
  return [spread, `${budget.toFixed(1)}: ${formatVerdict(isMet)}`];
}

function formatVerdict(isMet: boolean): string {
  return isMet ? "met" : "**missed**";
}

function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return NOTHING;
  const { median, min, max } = spread;
  const text = formatNumber(median);
  return min === max ? text : `${text} (${formatNumber(min)} to ${formatNumber(max)})`;
}

/** Three digits: more would be noise. */
function formatNumber(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function renderSteps(): string {
  return [
    "## What made the hot path faster",
    "Each step beside what was before it. A ratio to nginx is of one run, and a run differs from the next by a tenth.",
    toStepTable("kept", KEPT),
    toStepTable("tried and dropped", DROPPED),
  ].join("\n\n");
}

function toStepTable(head: string, steps: readonly Step[]): string {
  return formatMarkdownTable([
    [head, "before", "after", "how it was measured"],
    ...steps.map(({ what, before, after, note }) => [what, before, after, note]),
  ]);
}

function renderPlaces(results: readonly StoredResult[]): string[] {
  if (results.length === 0) return [];
  const head = ["part", "measured", "commit", "branch", "machine", "Node.js", "load before"];
  const rows = results.map(({ part, startedAt, environment }) => {
    const { cpu, cores, kernel, node, loadAverage, testbed, revision } = environment;
    return [
      part,
      startedAt.slice(0, "2026-01-01T00:00".length).replace("T", " "),
      revision === undefined ? "unknown" : `\`${revision.commit.slice(0, SHORT_COMMIT)}\``,
      revision?.branch ?? "unknown",
      `${cpu}, ${cores} cores, Linux ${kernel} (\`${testbed}\`)`,
      node,
      loadAverage.toFixed(1),
    ];
  });
  return ["## Where it was measured", formatMarkdownTable([head, ...rows])];
}
