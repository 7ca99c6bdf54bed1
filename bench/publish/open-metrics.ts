/**
 * Histories as text that Prometheus reads. The time of a sample is that of its commit, so that publishing
 * again changes nothing; only `run_info` carries the commit, so that the lines of the others stay whole.
 */
import type { History, HistoryLine, TaskRecord } from "./history.ts";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly unit?: string;
  readonly help: string;
  readonly toSamples: (line: HistoryLine, testbed: string) => readonly Sample[];
}

/** The names and labels that dashboards/src/bench-catalog.ts lists. */
const FAMILIES: readonly Family[] = [
  {
    name: "slipstream_bench_seconds",
    unit: "seconds",
    help: "Time that one iteration takes.",
    toSamples: (line, testbed) =>
      line.tasks.flatMap(({ task, seconds = {} }) =>
        Object.entries(seconds).map(([stat, value]) => ({
          labels: toLabels(line, { testbed, task, stat }),
          value,
        })),
      ),
  },
  {
    name: "slipstream_bench_ops_per_second",
    help: "Iterations per second of doing nothing else.",
    toSamples: ofEach("mean", ({ opsPerSecond }) => opsPerSecond),
  },
  {
    name: "slipstream_bench_rme_ratio",
    unit: "ratio",
    help: "Relative margin of error of the mean.",
    toSamples: ofEach("mean", ({ rme }) => rme),
  },
  {
    name: "slipstream_bench_multiple",
    help: "CPU time as a multiple of what it is compared with, in the same run.",
    toSamples: ofEach("p50", ({ ratio }) => ratio),
  },
  {
    name: "slipstream_bench_run_info",
    help: "A run: which commit was measured.",
    toSamples: ({ commit, subject, branch }, testbed) => [
      { labels: { commit, subject, testbed, branch }, value: 1 },
    ],
  },
];

export interface RenderOptions {
  /** For Pushgateway, which refuses them: of each series the last line counts. */
  readonly hasTimestamps: boolean;
}

export function renderOpenMetrics(
  histories: readonly History[],
  { hasTimestamps }: RenderOptions,
): string {
  const blocks = FAMILIES.map((family) => {
    const { name, unit, help } = family;
    const head = [
      `# TYPE ${name} gauge`,
      ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    ];
    return [...head, `# HELP ${name} ${help}`, ...renderFamily(family, histories, hasTimestamps)];
  });
  return `${[...blocks.flat(), "# EOF"].join("\n")}\n`;
}

function renderFamily(
  { name, toSamples }: Family,
  histories: readonly History[],
  hasTimestamps: boolean,
): string[] {
  /** By series, then by time: a series must come in one piece, and has one value at a time. */
  const series = new Map<string, Map<number, number>>();
  for (const { testbed, lines } of histories) {
    for (const line of lines) {
      const second = hasTimestamps ? Date.parse(line.at) / 1000 : 0;
      for (const { labels, value } of toSamples(line, testbed)) {
        const key = `${name}${formatLabels(labels)}`;
        const samples = series.get(key) ?? new Map<number, number>();
        series.set(key, samples.set(second, value));
      }
    }
  }
  return [...series].flatMap(([key, samples]) =>
    [...samples]
      .toSorted(([left], [right]) => left - right)
      .map(([second, value]) => (hasTimestamps ? `${key} ${value} ${second}` : `${key} ${value}`)),
  );
}

/** One sample per task that has it. */
function ofEach(
  stat: string,
  read: (record: TaskRecord) => number | undefined,
): Family["toSamples"] {
  return (line, testbed) =>
    line.tasks.flatMap((record) => {
      const value = read(record);
      const labels = toLabels(line, { testbed, task: record.task, stat });
      return value === undefined ? [] : [{ labels, value }];
    });
}

function toLabels(
  { part, branch }: HistoryLine,
  { testbed, task, stat }: Readonly<Record<"testbed" | "task" | "stat", string>>,
): Record<string, string> {
  return { suite: part, task, stat, testbed, branch };
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const list = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return `{${list.join(",")}}`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\"\n]/g, (character) => ESCAPES[character] ?? character);
}
