/** The part of Prometheus' HTTP API that dashboards need. */
import { z } from "zod";

/** Longer than any query over a screenful of data takes. */
const QUERY_MS_MAX = 30_000;

export type LabelSet = Readonly<Record<string, string>>;

export interface Sample {
  /** Seconds since 1970. */
  readonly time: number;
  /** May be NaN or infinite. */
  readonly value: number;
}

/** Of an instant query it has one sample. */
export interface Series {
  readonly labels: LabelSet;
  readonly samples: readonly Sample[];
}

export interface Exemplar extends Sample {
  readonly seriesLabels: LabelSet;
  readonly labels: LabelSet;
}

export interface RuleState {
  readonly group: string;
  readonly type: "recording" | "alerting";
  readonly name: string;
  readonly query: string;
  /** `ok`, `err` or `unknown` while it was not evaluated yet. */
  readonly health: string;
  readonly lastError: string;
}

/** Seconds since 1970, and seconds. */
export interface QueryRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Prometheus did not answer, or refused the query. */
export class PrometheusError extends Error {
  override readonly name = "PrometheusError";
}

const labelSet = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]).transform(toSample);
const vector = z.array(z.object({ metric: labelSet, value: sample }));
const matrix = z.array(z.object({ metric: labelSet, values: z.array(sample) }));
const queryData = z.discriminatedUnion("resultType", [
  z.object({ resultType: z.literal("vector"), result: vector }),
  z.object({ resultType: z.literal("matrix"), result: matrix }),
  z.object({ resultType: z.literal("scalar"), result: sample }),
]);
const exemplarData = z.array(
  z.object({
    seriesLabels: labelSet,
    exemplars: z.array(z.object({ labels: labelSet, value: z.string(), timestamp: z.number() })),
  }),
);
const rule = z.object({
  type: z.enum(["recording", "alerting"]),
  name: z.string(),
  query: z.string(),
  health: z.string(),
  lastError: z.string().default(""),
});
const ruleData = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })),
});
const targetData = z.object({
  activeTargets: z.array(z.object({ scrapeInterval: z.string(), health: z.string() })),
});
const envelope = z.object({
  status: z.string(),
  data: z.unknown().optional(),
  error: z.string().optional(),
});

export interface TargetState {
  /** As Prometheus writes it, e.g. `15s`. */
  readonly scrapeInterval: string;
  /** `up`, `down` or `unknown` before the first scrape. */
  readonly health: string;
}

export class PrometheusClient {
  readonly #baseUrl: string;

  /** @param baseUrl Without `/api/v1`. */
  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
  }

  /** @param time Seconds since 1970. */
  async query(expression: string, time?: number): Promise<readonly Series[]> {
    const at = time === undefined ? {} : { time: String(time) };
    return toSeries(await this.#ask("query", { query: expression, ...at }, queryData));
  }

  async queryRange(
    expression: string,
    { start, end, step }: QueryRange,
  ): Promise<readonly Series[]> {
    const range = { start: String(start), end: String(end), step: String(step) };
    return toSeries(await this.#ask("query_range", { query: expression, ...range }, queryData));
  }

  /** @param selector Only values of series that it selects. */
  labelValues(
    label: string,
    selector?: string,
    range?: Omit<QueryRange, "step">,
  ): Promise<readonly string[]> {
    const words = {
      ...(selector === undefined ? {} : { "match[]": selector }),
      ...(range === undefined ? {} : { start: String(range.start), end: String(range.end) }),
    };
    return this.#ask(`label/${encodeURIComponent(label)}/values`, words, z.array(z.string()));
  }

  async exemplars(
    expression: string,
    { start, end }: Omit<QueryRange, "step">,
  ): Promise<readonly Exemplar[]> {
    const words = { query: expression, start: String(start), end: String(end) };
    const data = await this.#ask("query_exemplars", words, exemplarData);
    return data.flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(({ labels, value, timestamp }) => ({
        seriesLabels,
        labels,
        time: timestamp,
        value: Number(value),
      })),
    );
  }

  async rules(): Promise<readonly RuleState[]> {
    const { groups } = await this.#ask("rules", {}, ruleData);
    return groups.flatMap(({ name: group, rules }) => rules.map((state) => ({ ...state, group })));
  }

  async targets(): Promise<readonly TargetState[]> {
    return (await this.#ask("targets", { state: "active" }, targetData)).activeTargets;
  }

  async #ask<T>(
    path: string,
    words: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
  ): Promise<T> {
    const url = `${this.#baseUrl}/api/v1/${path}?${new URLSearchParams(words).toString()}`;
    const text = await readText(url, this.#baseUrl);
    const answer = envelope.safeParse(parseJson(text));
    if (!answer.success) {
      throw new PrometheusError(`${this.#baseUrl} does not answer like Prometheus`);
    }
    const { status, error, data } = answer.data;
    if (status !== "success") {
      throw new PrometheusError(`${error ?? "refused"} in ${words["query"] ?? path}`);
    }
    return schema.parse(data);
  }
}

async function readText(url: string, baseUrl: string): Promise<string> {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(QUERY_MS_MAX) })).text();
  } catch (error) {
    throw new PrometheusError(`Prometheus does not answer at ${baseUrl}`, { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toSeries(data: z.infer<typeof queryData>): readonly Series[] {
  switch (data.resultType) {
    case "vector":
      return data.result.map(({ metric, value }) => ({ labels: metric, samples: [value] }));
    case "matrix":
      return data.result.map(({ metric, values }) => ({ labels: metric, samples: values }));
    case "scalar":
      return [{ labels: {}, samples: [data.result] }];
  }
}

/** Prometheus writes values as texts, because JSON has neither NaN nor infinities. */
function toSample([time, text]: readonly [number, string]): Sample {
  return { time, value: toNumber(text) };
}

function toNumber(text: string): number {
  if (text === "+Inf") return Infinity;
  return text === "-Inf" ? -Infinity : Number(text);
}
