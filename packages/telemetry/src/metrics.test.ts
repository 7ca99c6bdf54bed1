import { ERROR_SPECS } from "@slipstream/contracts/errors";
import { OUTCOMES } from "@slipstream/contracts/outcome";
import type { RequestReport } from "@slipstream/contracts/request-events";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ATTEMPT,
  ATTEMPT_END,
  ATTEMPT_START,
  REJECTED,
  REPORT,
  START,
  STREAM,
} from "../test/plain-events.ts";
import { readOpenMetrics } from "../test/read-openmetrics.ts";
import type { ReadSample } from "../test/read-openmetrics.ts";
import { read, sum } from "../test/read-metrics.ts";
import { createMetrics } from "./metrics.ts";
import type { Metrics } from "./metrics.ts";

/** Plays the whole life of a request that had one attempt. */
function play(metrics: Metrics, report: RequestReport): void {
  const { endpoint, stream, requestId } = report;
  metrics.observe({ ...START, requestId, endpoint });
  metrics.observe(ATTEMPT_START);
  const firstChunkMs = stream?.firstChunkMs;
  if (firstChunkMs !== undefined) {
    metrics.observe({ type: "chunk_first", firstChunkMs, ...ATTEMPT });
    const recorder = metrics.streamRecorder(ATTEMPT);
    for (let chunk = 1; chunk < (stream?.chunks ?? 0); chunk += 1) recorder.recordGap(15, 1);
  }
  metrics.observe(ATTEMPT_END);
  metrics.observe({ type: "request_end", report });
}

const anyReport = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  model: fc.constantFrom(undefined, "llama", "qwen"),
  operation: fc.constantFrom(undefined, "chat" as const),
  errorCode: fc.constantFrom(undefined, "upstream_timeout" as const, "invalid_json" as const),
  chunks: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
});

test("whatever happens to requests, the figures add up", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyReport), async (facts) => {
      const metrics = createMetrics({ version: "1.2.3" });
      const reports = facts.map(({ chunks, ...rest }): RequestReport => {
        if (chunks === undefined) return { ...REPORT, ...rest, stream: undefined };
        const firstChunkMs = chunks === 0 ? undefined : 120;
        return { ...REPORT, ...rest, stream: { ...STREAM, chunks, firstChunkMs } };
      });
      for (const report of reports) play(metrics, report);

      const streams = reports.filter(({ stream }) => stream?.firstChunkMs !== undefined).length;
      const chunks = reports.reduce((total, { stream }) => total + (stream?.chunks ?? 0), 0);
      const inferences = reports.filter(({ operation }) => operation !== undefined);
      const errors = reports.filter(({ errorCode }) => errorCode !== undefined);
      expect(await sum(metrics, "slipstream_requests_total")).toBe(reports.length);
      expect(await sum(metrics, "slipstream_inflight_requests")).toBe(0);
      expect(await sum(metrics, "gen_ai_server_time_to_first_token_seconds_count")).toBe(streams);
      expect(await sum(metrics, `${GAP}_count`)).toBe(chunks - streams);
      expect(await sum(metrics, "slipstream_stream_chunks_total")).toBe(chunks);
      expect(await sum(metrics, `${DURATION}_count`)).toBe(inferences.length);
      expect(await sum(metrics, "slipstream_errors_total")).toBe(errors.length);
      expect(await sum(metrics, "slipstream_upstream_attempts_total")).toBe(reports.length);
      expect(await sum(metrics, "slipstream_telemetry_losses_total")).toBe(0);
    }),
    { numRuns: 30 },
  );
});

const GAP = "gen_ai_client_operation_time_per_output_chunk_seconds";
const DURATION = "gen_ai_server_request_duration_seconds";

test("a streamed request in full", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  play(metrics, REPORT);
  const genAi = {
    gen_ai_operation_name: "chat",
    gen_ai_provider_name: "fleet-a",
    gen_ai_request_model: "llama",
  };
  const perDeployment = { ...genAi, deployment: "fleet-a/meta-llama" };
  const ttft = "gen_ai_server_time_to_first_token_seconds";
  expect(await read(metrics, `${ttft}_sum`)).toEqual([
    { name: `${ttft}_sum`, labels: perDeployment, value: 0.12 },
  ]);
  expect(await read(metrics, `${GAP}_sum`)).toEqual([
    { name: `${GAP}_sum`, labels: perDeployment, value: 0.03 },
  ]);
  expect(await read(metrics, `${DURATION}_sum`)).toEqual([
    { name: `${DURATION}_sum`, labels: genAi, value: 1.5 },
  ]);
  expect(await read(metrics, "slipstream_requests_total")).toMatchObject([
    {
      labels: { endpoint: "chat_completions", gen_ai_request_model: "llama", outcome: "complete" },
    },
  ]);
  const usage = "gen_ai_client_inference_usage";
  expect(await read(metrics, `${usage}_input_tokens_total`)).toMatchObject([
    { labels: genAi, value: 10 },
  ]);
  expect(await sum(metrics, `${usage}_output_tokens_total`)).toBe(20);
  expect(await sum(metrics, `${usage}_cache_read_input_tokens_total`)).toBe(5);
  // Not reported is not 0: there is no sample at all.
  expect(await read(metrics, `${usage}_reasoning_output_tokens_total`)).toEqual([]);
});

test("first token and gaps are seen before the stream is over", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.observe(START);
  metrics.observe({ type: "chunk_first", firstChunkMs: 1_000, ...ATTEMPT });
  metrics.streamRecorder(ATTEMPT).recordGap(2_000, 1);
  expect(await sum(metrics, "slipstream_inflight_requests")).toBe(1);
  expect(
    await sum(metrics, "gen_ai_server_time_to_first_token_seconds_bucket", { le: "0.75" }),
  ).toBe(0);
  expect(
    await sum(metrics, "gen_ai_server_time_to_first_token_seconds_bucket", { le: "1.0" }),
  ).toBe(1);
  expect(await sum(metrics, `${GAP}_bucket`, { le: "2.0" })).toBe(1);
});

test("a request that was refused early has no model and is no inference", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.observe({ type: "request_end", report: REJECTED });
  const labels = { gen_ai_request_model: "none", outcome: "rejected" };
  expect(await sum(metrics, "slipstream_requests_total", labels)).toBe(1);
  const error = { code: "invalid_api_key", blame: "client" };
  expect(await sum(metrics, "slipstream_errors_total", error)).toBe(1);
  expect(await read(metrics, `${DURATION}_count`)).toEqual([]);
});

test("a duration says which outcome it belongs to, unless it is the good one", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.observe({ type: "request_end", report: { ...REPORT, outcome: "client_abort" } });
  expect(await sum(metrics, `${DURATION}_count`, { error_type: "client_abort" })).toBe(1);
});

test("an attempt that failed is counted under its code", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  const failed = { type: "failed", code: "upstream_overloaded" } as const;
  metrics.observe({ ...ATTEMPT_END, result: failed });
  metrics.observe({ ...ATTEMPT_END, result: { type: "abandoned" } });
  const samples = await read(metrics, "slipstream_upstream_attempts_total");
  expect(samples.map(({ labels, value }) => [labels["result"], value])).toEqual([
    ["upstream_overloaded", 1],
    ["abandoned", 1],
  ]);
});

test("look-ups of caches are counted, and every error and look-up is there from 0 on", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.cacheRequest("api_key", "negative");
  expect((await read(metrics, "slipstream_cache_requests_total")).map(toResult)).toEqual([
    ["hit", 0],
    ["miss", 0],
    ["negative", 1],
    ["coalesced", 0],
    ["stale", 0],
  ]);
  const codes = (await read(metrics, "slipstream_errors_total")).map(
    ({ labels }) => labels["code"],
  );
  expect(codes).toEqual(Object.keys(ERROR_SPECS));
});

function toResult({ labels, value }: ReadSample): [string | undefined, number] {
  return [labels["result"], value];
}

test.each([Number.NaN, -1, Infinity])("a time of %d is dropped and counted", async (time) => {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.streamRecorder(ATTEMPT).recordGap(time, 1);
  metrics.observe({ type: "chunk_first", firstChunkMs: time, ...ATTEMPT });
  const stream = { ...STREAM, chunks: time };
  const usage = { ...REPORT.usage, inputTokens: time } as RequestReport["usage"];
  metrics.observe({ type: "request_end", report: { ...REPORT, durationMs: time, stream, usage } });
  expect(await sum(metrics, "slipstream_telemetry_losses_total", { kind: "invalid_value" })).toBe(
    6,
  );
  expect(await sum(metrics, "slipstream_requests_total")).toBe(1);
});

test("the number of series is bounded, whatever the labels", async () => {
  const metrics = createMetrics({ version: "1.2.3", labelSetsMax: 5 });
  for (let index = 0; index < 100; index += 1) {
    play(metrics, { ...REPORT, model: `model-${index}` });
    metrics.streamRecorder({ ...ATTEMPT, deploymentId: `deployment-${index}` }).recordGap(1, 1);
  }
  expect(await read(metrics, "slipstream_requests_total")).toHaveLength(6);
  expect(await read(metrics, `${GAP}_count`)).toHaveLength(6);
  expect(await sum(metrics, "slipstream_requests_total")).toBe(100);
  expect(await sum(metrics, "slipstream_requests_total", { gen_ai_request_model: "other" })).toBe(
    95,
  );
  const losses = await sum(metrics, "slipstream_telemetry_losses_total", { kind: "label_budget" });
  expect(losses).toBeGreaterThan(0);
});

test("a scrape while requests go on is whole", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  for (let index = 0; index < 200; index += 1)
    play(metrics, { ...REPORT, model: `model-${index}` });
  const scrapes = [metrics.render(), metrics.render()];
  for (let index = 0; index < 200; index += 1) play(metrics, { ...REPORT, model: `more-${index}` });
  for (const text of await Promise.all(scrapes)) expect(() => readOpenMetrics(text)).not.toThrow();
  expect(await sum(metrics, "slipstream_requests_total")).toBe(400);
});

test("a scrape of 5,000 series holds up the event loop for 50 ms at most", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  for (let index = 0; (await sum(metrics, "slipstream_series")) < 5_000; index += 10) {
    for (let model = index; model < index + 10; model += 1) {
      metrics.streamRecorder({ ...ATTEMPT, model: `model-${model}` }).recordGap(15, 1);
      metrics.observe({ ...ATTEMPT_START, model: `model-${model}` });
      metrics.observe({ ...ATTEMPT_END, model: `model-${model}` });
    }
  }
  // The best of several: what other processes take from this one is not the scrape's.
  let activeMs = Infinity;
  for (let scrape = 0; scrape < 5; scrape += 1) {
    const before = performance.eventLoopUtilization();
    await metrics.render();
    activeMs = Math.min(activeMs, performance.eventLoopUtilization(before).active);
  }
  expect(activeMs).toBeGreaterThan(0);
  expect(activeMs).toBeLessThanOrEqual(50);
});

test("the process describes itself", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  expect(metrics.contentType).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  expect(await read(metrics, "slipstream_build_info")).toEqual([
    {
      name: "slipstream_build_info",
      labels: { version: "1.2.3", node: process.version },
      value: 1,
    },
  ]);
  const cpuBefore = await sum(metrics, "process_cpu_seconds_total");
  expect(cpuBefore).toBeGreaterThan(0);
  expect(await sum(metrics, "process_cpu_seconds_total")).toBeGreaterThanOrEqual(cpuBefore);
  expect(await sum(metrics, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
});

test.runIf(process.platform === "linux")(
  "open files are counted where the system tells",
  async () => {
    const opened = createMetrics({ version: "1.2.3" });
    expect(await sum(opened, "process_open_fds")).toBeGreaterThan(2);
    expect(await sum(opened, "process_max_fds")).toBeGreaterThan(
      await sum(opened, "process_open_fds"),
    );
  },
);

test("two gateways in one process share nothing", async () => {
  const [one, two] = [createMetrics({ version: "1" }), createMetrics({ version: "2" })];
  one.observe({ type: "request_end", report: REPORT });
  expect(await sum(two, "slipstream_requests_total")).toBe(0);
});
