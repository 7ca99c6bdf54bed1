/** The board of benchmarks, asked of a real Prometheus that holds a history of twenty commits. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backfill } from "./backfill.ts";
import type { History } from "./history.ts";
import { renderOpenMetrics } from "./open-metrics.ts";
import { HAS_PROMETHEUS, NEEDS_PROMETHEUS, startPrometheus } from "./prometheus-server.ts";
import type { PrometheusServer } from "./prometheus-server.ts";
import { sampleLoad, sampleRuns, sampleSuite } from "./sample-results.ts";
import { toLine } from "./to-lines.ts";

const BOARD = join(import.meta.dirname, "../../dashboards/dist/classic/slipstream-benchmarks.json");

const COMMITS = 20;
const HOUR_S = 3600;
/** What a graph of a month asks for. */
const STEP_S = 6 * HOUR_S;
const RANGE_S = 30 * 24 * HOUR_S;
const TIMEOUT_MS = 60_000;

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly instant?: boolean }[];
  readonly panels?: readonly Panel[];
}

interface Board {
  readonly panels: readonly Panel[];
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr: string }[];
  };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string;
    }[];
  };
}

interface Question {
  readonly title: string;
  readonly expression: string;
  readonly isInstant: boolean;
}

interface Answer {
  readonly result: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly values?: readonly Value[];
    readonly value?: Value;
  }[];
}

type Value = readonly [number, string];

function toList(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}

const board = JSON.parse(readFileSync(BOARD, "utf8")) as Board;

const questions: readonly Question[] = [
  ...board.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).flatMap(toQuestions),
  ...board.annotations.list.map(({ name, expr }) => ({
    title: name,
    expression: expr,
    isInstant: false,
  })),
];

function toQuestions({ title, targets = [] }: Panel): Question[] {
  return targets.map(({ expr, instant = false }) => ({
    title,
    expression: expr,
    isInstant: instant,
  }));
}

/** What Grafana would send for "All". */
function fillIn(expression: string): string {
  return expression
    .replaceAll("$__interval", `${STEP_S}s`)
    .replaceAll("$__range", `${RANGE_S}s`)
    .replaceAll(/\$\w+/g, ".*");
}

const endMs = Date.now();
const history: History = {
  testbed: "5a3b1e00",
  lines: sampleRuns(COMMITS, endMs - 5 * HOUR_S * 1000).flatMap((run) => [
    toLine(sampleSuite(run)),
    toLine(sampleLoad(run)),
  ]),
};

test("every metric and label that the board asks for is published", () => {
  const text = renderOpenMetrics([history], { hasTimestamps: true });
  const asked = questions.flatMap(({ expression }) => [
    ...expression.matchAll(/(slipstream_\w+)\{([^}]*)\}/g),
  ]);
  expect(asked.length).toBeGreaterThanOrEqual(questions.length);
  for (const [, name = "", matchers = ""] of asked) {
    const sample = text.split("\n").find((line) => line.startsWith(`${name}{`)) ?? "";
    for (const [, label] of matchers.matchAll(/(\w+)=/g)) expect(sample).toContain(`${label}="`);
  }
});

describe.skipIf(!HAS_PROMETHEUS)(`in Prometheus${NEEDS_PROMETHEUS}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-board-"));
  let server: PrometheusServer | undefined;

  beforeAll(async () => {
    expect(backfill([history], folder, endMs)).toBe(0);
    server = await startPrometheus(folder);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  async function ask({ expression, isInstant }: Question): Promise<Answer> {
    const query = fillIn(expression);
    const [start, end] = [(endMs / 1000 - RANGE_S).toFixed(0), (endMs / 1000).toFixed(0)];
    const answer = isInstant
      ? await server?.ask("query", { query, time: end })
      : await server?.ask("query_range", { query, start, end, step: `${STEP_S}` });
    return answer as Answer;
  }

  test.each(questions)("$title has finite data", async (question) => {
    const { result } = await ask(question);
    expect(result.length).toBeGreaterThan(0);
    const values = result.flatMap((series) => series.values ?? toList(series.value));
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter(([, value]) => !Number.isFinite(Number(value)))).toEqual([]);
  });

  test("no commit is missing from a line", async () => {
    const lines = questions.filter(({ title }) => title === "Median time");
    expect(lines).toHaveLength(1);
    for (const question of lines) {
      const { result } = await ask(question);
      expect(new Set(result.map(({ metric }) => metric["task"]))).toEqual(
        new Set([
          "many_streams/event_cpu/slipstream",
          "sse_token_processing/whole_path/200",
          "streams/event_cpu/nginx",
          "streams/event_cpu/slipstream",
        ]),
      );
      expect(result.map(({ values }) => values?.length)).toEqual(Array.from(result, () => COMMITS));
    }
  });

  test("each commit is marked once", async () => {
    const marks = questions.find(({ title }) => title === "Commits");
    const { result } = await ask(marks ?? { title: "", expression: "", isInstant: false });
    expect(new Set(result.map(({ metric }) => metric["commit"])).size).toBe(COMMITS);
  });

  test.each(board.templating.list.filter(({ type }) => type === "query"))(
    "$name has values to choose from",
    async ({ query }) => {
      const [, selector = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(query) ?? [];
      const values = await server?.ask(`label/${label}/values`, { "match[]": fillIn(selector) });
      expect((values as readonly string[]).length).toBeGreaterThan(0);
    },
  );

  test("what a running server may hold in memory is left out", () => {
    const [line] = history.lines;
    const fresh = line && { ...line, at: new Date(endMs - HOUR_S * 1000).toISOString() };
    expect(backfill([{ testbed: "young", lines: fresh ? [fresh] : [] }], folder, endMs)).toBe(1);
  });
});
