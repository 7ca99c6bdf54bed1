/**
 * What a real Prometheus has collected adds up, to the unit, with what clients did, and every query of
 * every dashboard and every rule finds something in it.
 */
import { existsSync, globSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "@slipstream/dashboard-viewer/chromium";
import { drawFolder } from "@slipstream/dashboard-viewer/draw-folder";
import { CATALOG } from "@slipstream/telemetry/catalog";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startObservedGateway } from "./observed-gateway.ts";
import type { ObservedGateway } from "./observed-gateway.ts";
import { hasPrometheus } from "@slipstream/testkit/prometheus-program";
import { SCRAPE_SECONDS } from "./prometheus-process.ts";
import { queryDashboards, queryRules } from "./query-dashboards.ts";
import type { Answer } from "./query-dashboards.ts";
import { PRICE, sendTraffic } from "./traffic.ts";
import type { Sent } from "./traffic.ts";

/**
 * Queries that find nothing in this run: the beginning of their names, and why. An entry that is no
 * longer true fails.
 */
const WITHOUT_DATA: Readonly<Record<string, string>> = {
  "slipstream-bench": "benchmarks are not run here, and their results come from elsewhere",
};

const root = join(import.meta.dirname, "../../../..");
const DASHBOARDS = join(root, "dashboards/dist/classic");
const RULES = globSync(join(root, "dashboards/prometheus/rules/*.yml"));

const isInstalled = hasPrometheus();
const SKIPPED = isInstalled ? "" : " (SKIPPED: prometheus is not installed; .ci/run installs it)";
const areThere = existsSync(DASHBOARDS);
const NONE = areThere ? "" : " (SKIPPED: there are no dashboards yet)";
const hasChromium = findChromium() !== undefined;
const UNSEEN = hasChromium ? "" : " (SKIPPED: chromium is not installed; .ci/run installs it)";

describe.skipIf(!isInstalled)(`with a real Prometheus${SKIPPED}`, () => {
  let observed: ObservedGateway;
  let sent: Sent;

  beforeAll(async () => {
    observed = await startObservedGateway(RULES);
    sent = await sendTraffic(observed.rig, { rounds: 4, roundMs: 1_500 });
    await observed.prometheus.settle();
  }, 60_000);

  afterAll(() => observed?.close());

  async function read(expression: string): Promise<number> {
    const [series] = await observed.prometheus.query(expression);
    return series?.samples[0]?.value ?? 0;
  }

  /** Zeros are left out. */
  async function readBy(label: string, metric: string): Promise<Record<string, number>> {
    const series = await observed.prometheus.query(`sum by (${label}) (${metric}) > 0`);
    return Object.fromEntries(
      series.map(({ labels, samples }) => [labels[label], samples[0]?.value ?? NaN]),
    );
  }

  test("every family of the catalogue can be asked for", async () => {
    const missing: string[] = [];
    for (const row of CATALOG) {
      if ((await read(`count(${toSeriesName(row)})`)) === 0) missing.push(row.name);
    }
    expect(missing).toEqual([]);
  });

  test("requests by outcome, errors by code, look-ups of keys by result", async () => {
    expect(await readBy("outcome", "slipstream_requests_total")).toEqual(sent.outcomes);
    expect(await readBy("code", "slipstream_errors_total")).toEqual(sent.errors);
    expect(await readBy("result", "slipstream_cache_requests_total")).toEqual(sent.keys);
    expect(await read("slipstream_inflight_requests")).toBe(0);
  });

  test("the hit ratio of the cache of keys", async () => {
    const { hit = 0, ...others } = sent.keys;
    const asked = Object.values(others).reduce((sum, count) => sum + count, hit);
    const hits = 'sum(slipstream_cache_requests_total{cache="api_key",result="hit"})';
    const all = 'sum(slipstream_cache_requests_total{cache="api_key"})';
    expect(await read(`${hits} / ${all}`)).toBeCloseTo(hit / asked, 12);
  });

  test("times to first token, gaps and chunks", async () => {
    const count = (family: string): Promise<number> => read(`sum(${family}_count)`);
    expect({
      firstTokens: await count("gen_ai_server_time_to_first_token_seconds"),
      gaps: await count("gen_ai_client_operation_time_per_output_chunk_seconds"),
      chunks: await read("sum(slipstream_stream_chunks_total)"),
      outputTokens: await read("sum(gen_ai_client_inference_usage_output_tokens_total)"),
    }).toEqual({
      firstTokens: sent.firstTokens,
      gaps: sent.gaps,
      chunks: sent.chunks,
      outputTokens: sent.outputTokens,
    });
  });

  test("streams and stalls", async () => {
    expect(await readBy("outcome", "slipstream_streams_total")).toEqual(sent.streams);
    expect(await readBy("gen_ai_request_model", "slipstream_stream_stalls_total")).toMatchObject({
      "deepseek-v3": sent.stalls,
    });
    const perToken = "sum(gen_ai_server_time_per_output_token_seconds_count)";
    expect(await read(perToken)).toBe(sent.streams["complete"]);
  });

  test("traces, and the points on charts that lead to them", async () => {
    expect(await readBy("decision", "slipstream_traces_total")).toEqual({ sampled: sent.requests });
    const family = "gen_ai_server_time_to_first_token_seconds_bucket";
    const exemplars = await observed.prometheus.exemplars(family, {
      start: sent.busy.start,
      end: Date.now() / 1_000,
    });
    expect(exemplars.length).toBeGreaterThan(0);
    const known = new Set(observed.collector.spans.map(({ traceId }) => traceId));
    expect(exemplars.filter(({ labels }) => !known.has(labels["trace_id"] ?? ""))).toEqual([]);
  });

  test("records and money", async () => {
    expect(await read("sum(slipstream_usage_records_total)")).toBe(sent.records);
    const settled = await readBy("kind", "slipstream_settled_tokens_total");
    const reported = 'slipstream_settled_tokens_total{kind="output",source="reported"}';
    expect(await read(`sum(${reported})`)).toBe(sent.outputTokens);
    const { inputUsdPerMillion, outputUsdPerMillion } = PRICE;
    const { input = 0, output = 0 } = settled;
    const microUsd = input * inputUsdPerMillion + output * outputUsdPerMillion;
    expect(await read("sum(slipstream_cost_usd_total) * 1e6")).toBeCloseTo(microUsd, 6);
  });

  test("attempts, as many as the upstreams have seen", async () => {
    const stats = await observed.mockStats();
    const seen = stats.reduce((sum, { requests }) => sum + requests, 0);
    const refused = sent.errors["upstream_unreachable"] ?? 0;
    expect(await read("sum(slipstream_upstream_attempts_total)")).toBe(seen + refused);
    const down = stats.flatMap(({ recent }) =>
      recent.filter(({ model }) => model === "mock/overloaded"),
    );
    const failovers =
      'sum(slipstream_upstream_attempts_total{deployment="fleet-a/mock/overloaded"})';
    expect(await read(failovers)).toBe(down.length);
    expect(await readBy("gen_ai_request_model", "slipstream_retries_total")).toEqual({
      "mistral-small": down.length,
    });
  });

  describe.skipIf(!areThere)(`dashboards and rules${NONE}`, () => {
    test("every query of every panel finds something", async () => {
      const answers = await queryDashboards(observed.prometheus, DASHBOARDS, sent.busy);
      expect(answers.length).toBeGreaterThan(0);
      expectContent(answers);
    });

    test("every rule is evaluated, and every expression finds something", async () => {
      const answers = await queryRules(observed.prometheus, sent.busy.end);
      expect(answers.length > 0).toBe(RULES.length > 0);
      expectContent(answers);
    });

    test.skipIf(!hasChromium)(`every dashboard can be drawn${UNSEEN}`, async () => {
      const out = await mkdtemp(join(tmpdir(), "slipstream-pictures-"));
      try {
        const options = {
          dashboards: DASHBOARDS,
          prometheus: observed.prometheus.url,
          out,
          from: sent.busy.start,
          to: sent.busy.end,
          scrapeInterval: SCRAPE_SECONDS,
          skipEmpty: false,
        };
        const paths = await drawFolder(options, sent.busy.end);
        expect(paths).toHaveLength(globSync(join(DASHBOARDS, "*.json")).length);
        for (const path of paths)
          expect((await readFile(path)).subarray(1, 4).toString()).toBe("PNG");
      } finally {
        await rm(out, { recursive: true });
      }
    });
  });
});

function expectContent(answers: readonly Answer[]): void {
  const failed = answers.filter(({ content, problem }) => content !== "finite" || problem);
  expect(failed.filter((answer) => !isExcused(answer))).toEqual([]);
  const needless = answers.filter((answer) => isExcused(answer) && !failed.includes(answer));
  expect(needless).toEqual([]);
}

function isExcused({ name }: Answer): boolean {
  return Object.keys(WITHOUT_DATA).some((start) => name.startsWith(start));
}

/** A histogram has no series of its own name. */
function toSeriesName({ type, name }: (typeof CATALOG)[number]): string {
  return type === "histogram" ? `${name}_count` : name;
}
