/** What each event adds to which figure. */
import type { RequestReport } from "@slipstream/contracts/request-events";
import { expect, test } from "vitest";
import {
  ATTEMPT,
  ATTEMPT_END,
  ATTEMPT_START,
  REPORT,
  START,
  STREAM,
} from "../test/plain-events.ts";
import { read, sum } from "../test/read-metrics.ts";
import { createMetrics } from "./metrics.ts";
import type { Metrics } from "./metrics.ts";

function afterEnd(more: Partial<RequestReport> = {}): Metrics {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.observe({ type: "request_end", report: { ...REPORT, ...more } });
  return metrics;
}

const DEPLOYMENT = { gen_ai_request_model: "llama", deployment: "fleet-a/meta-llama" };
const SETTLED = REPORT.settlement;
if (SETTLED === undefined) throw new Error("the plain report is settled");

test("the first token in three parts", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.observe({ type: "chunk_first", firstChunkMs: 120, ...ATTEMPT });
  metrics.observe(ATTEMPT_END);
  for (const [name, seconds] of [
    ["slipstream_upstream_connection_seconds", 0.001],
    ["slipstream_upstream_headers_seconds", 0.05],
    ["slipstream_upstream_first_content_seconds", 0.11],
    ["gen_ai_server_time_to_first_token_seconds", 0.12],
  ] as const) {
    expect(await sum(metrics, `${name}_sum`, DEPLOYMENT)).toBeCloseTo(seconds);
    expect(await sum(metrics, `${name}_count`)).toBe(1);
  }
});

test("an attempt that got nowhere is in none of them", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  const timing = { sentMs: undefined, headMs: undefined, firstContentMs: undefined };
  metrics.observe({ ...ATTEMPT_END, timing });
  expect(await read(metrics, "slipstream_upstream_connection_seconds_count")).toEqual([]);
  expect(await read(metrics, "slipstream_upstream_headers_seconds_count")).toEqual([]);
});

test("attempts under way, and what retries cost", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  const failed = { code: "upstream_overloaded", durationMs: 400 } as const;
  metrics.observe(START);
  metrics.observe(ATTEMPT_START);
  expect(await sum(metrics, "slipstream_upstream_inflight_attempts", DEPLOYMENT)).toBe(1);
  metrics.observe(ATTEMPT_END);
  metrics.observe({ ...ATTEMPT_START, attempt: 2, retryOf: failed });
  metrics.observe({ ...ATTEMPT_END, attempt: 2 });
  expect(await sum(metrics, "slipstream_upstream_inflight_attempts", DEPLOYMENT)).toBe(0);
  expect(await read(metrics, "slipstream_upstream_resends_total")).toMatchObject([{ value: 0 }]);
  const labels = { gen_ai_request_model: "llama", code: "upstream_overloaded" };
  expect(await sum(metrics, "slipstream_retries_total", labels)).toBe(1);
  expect(await sum(metrics, "slipstream_retry_lost_seconds_total")).toBeCloseTo(0.4);
});

test("requests that were sent again within an attempt", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  metrics.observe(ATTEMPT_START);
  metrics.observe({ ...ATTEMPT_END, resends: 1 });
  expect(await sum(metrics, "slipstream_upstream_resends_total", DEPLOYMENT)).toBe(1);
});

test("a chunk of several tokens is as many short gaps, and a long one is a stall", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  const recorder = metrics.streamRecorder(ATTEMPT);
  recorder.recordGap(90, 3);
  recorder.recordGap(999, 1);
  recorder.recordGap(1_000, 1);
  recorder.recordDelay(0.07);
  const gap = "gen_ai_client_operation_time_per_output_chunk_seconds";
  expect(await sum(metrics, `${gap}_bucket`, { le: "0.03" })).toBe(3);
  expect(await sum(metrics, `${gap}_count`)).toBe(5);
  expect(await sum(metrics, `${gap}_sum`)).toBeCloseTo(2.089);
  expect(await sum(metrics, "slipstream_stream_stalls_total", DEPLOYMENT)).toBe(1);
  expect(await sum(metrics, "slipstream_chunk_delay_seconds_bucket", { le: "0.0001" })).toBe(1);
  expect(await sum(metrics, "slipstream_chunk_delay_seconds_bucket", { le: "0.00005" })).toBe(0);
});

test("how a stream went is known at its end", async () => {
  const metrics = afterEnd({ stream: { ...STREAM, gapMsMax: 700, blockedMs: 250 } });
  expect(await sum(metrics, "slipstream_stream_longest_gap_seconds_sum", DEPLOYMENT)).toBe(0.7);
  expect(await sum(metrics, "slipstream_client_blocked_seconds_total")).toBe(0.25);
  expect(await sum(metrics, "slipstream_streams_total", { outcome: "complete" })).toBe(1);
  // 1,500 ms, of which 120 to the first of 20 tokens.
  const perToken = "gen_ai_server_time_per_output_token_seconds";
  expect(await sum(metrics, `${perToken}_sum`)).toBeCloseTo(1.38 / 19);
});

test("one chunk has no gap to another, and so no longest one", async () => {
  const metrics = afterEnd({ stream: { ...STREAM, chunks: 1, gapMsMax: 0 } });
  expect(await sum(metrics, "slipstream_stream_longest_gap_seconds_count")).toBe(0);
  const two = afterEnd({ stream: { ...STREAM, chunks: 2, gapMsMax: 0 } });
  expect(await sum(two, "slipstream_stream_longest_gap_seconds_count")).toBe(1);
});

test.each([
  ["it was cut", { outcome: "upstream_truncated" as const }],
  ["nobody told how many tokens", { usage: undefined }],
  ["it was no stream", { stream: undefined }],
])("no time per token where %s", async (_why, more) => {
  const perToken = "gen_ai_server_time_per_output_token_seconds";
  expect(await sum(afterEnd(more), `${perToken}_count`)).toBe(0);
});

test("a stream that was refused counts among the streams, a whole answer does not", async () => {
  const refused = afterEnd({ stream: undefined, outcome: "first_token_timeout" });
  expect(await sum(refused, "slipstream_streams_total", { outcome: "first_token_timeout" })).toBe(
    1,
  );
  expect(await sum(afterEnd({ isMetered: false }), "slipstream_streams_total")).toBe(0);
});

test("the gateway's own time", async () => {
  const metrics = afterEnd();
  const name = "slipstream_overhead_seconds";
  expect(await sum(metrics, `${name}_sum`, { phase: "before_upstream" })).toBeCloseTo(0.0002);
  expect(await sum(metrics, `${name}_sum`, { phase: "after_upstream" })).toBeCloseTo(0.00003);
  const none = afterEnd({ ownTime: { beforeUpstreamMs: undefined, afterUpstreamMs: undefined } });
  expect(await sum(none, `${name}_count`)).toBe(0);
});

test("what was settled, by where the counts come from", async () => {
  const metrics = afterEnd({ settlement: { ...SETTLED, source: "estimated" } });
  const settled = "slipstream_settled_tokens_total";
  const estimated = { gen_ai_request_model: "llama", source: "estimated" };
  expect(await sum(metrics, settled, { ...estimated, kind: "input" })).toBe(10);
  expect(await sum(metrics, settled, { ...estimated, kind: "cached_input" })).toBe(5);
  expect(await sum(metrics, settled, { ...estimated, kind: "output" })).toBe(20);
  expect(await read(metrics, "slipstream_cost_usd_total")).toMatchObject([{ value: 0.00001325 }]);
  expect(await sum(metrics, "slipstream_usage_records_total", { source: "estimated" })).toBe(1);
  expect(await sum(metrics, "slipstream_wasted_tokens_total")).toBe(0);
});

test.each(["client_abort", "client_too_slow"] as const)(
  "output of a %s is wasted",
  async (outcome) => {
    expect(await sum(afterEnd({ outcome }), "slipstream_wasted_tokens_total")).toBe(20);
  },
);

test("a request that nobody answers for has no record and no cost", async () => {
  const metrics = afterEnd({ settlement: undefined });
  expect(await sum(metrics, "slipstream_usage_records_total")).toBe(0);
  expect(await read(metrics, "slipstream_cost_usd_total")).toEqual([]);
});

test("a model without a price has no cost, which is not a cost of 0", async () => {
  const metrics = afterEnd({ settlement: { ...SETTLED, costNanoUsd: null } });
  expect(await read(metrics, "slipstream_cost_usd_total")).toEqual([]);
});

test("what others know is asked for at a scrape", async () => {
  const metrics = createMetrics({ version: "1.2.3", seriesMax: 123 });
  metrics.watch({
    limitsUsed: () => new Map([["open_requests", 0.25]]),
    heldBytes: () => 7,
    usageRecordsWaiting: () => 8,
    storeCheckFails: (check) => check === "write",
    clientSockets: () => 9,
    upstreamSockets: () => 10,
  });
  expect(await sum(metrics, "slipstream_held_bytes")).toBe(7);
  expect(await sum(metrics, "slipstream_usage_records_waiting")).toBe(8);
  expect(await sum(metrics, "slipstream_store_failing", { check: "write" })).toBe(1);
  expect(await sum(metrics, "slipstream_store_failing")).toBe(1);
  expect(await sum(metrics, "slipstream_open_sockets", { side: "client" })).toBe(9);
  expect(await sum(metrics, "slipstream_open_sockets", { side: "upstream" })).toBe(10);
  expect(await sum(metrics, "slipstream_series_max")).toBe(123);
});

test("all metrics together keep within their budget", async () => {
  const metrics = createMetrics({ version: "1.2.3", seriesMax: 300 });
  for (let index = 0; index < 1_000; index++) {
    metrics.observe({ type: "request_end", report: { ...REPORT, model: `model-${index}` } });
  }
  // Beyond it each metric has one more label set, the one that stands for all others.
  const used = await sum(metrics, "slipstream_series");
  expect(used).toBeGreaterThan(250);
  expect(used).toBeLessThan(500);
  expect(await sum(metrics, "slipstream_requests_total")).toBe(1_000);
  const losses = await sum(metrics, "slipstream_telemetry_losses_total", { kind: "label_budget" });
  expect(losses).toBeGreaterThan(1_000);
});

test("how late the loop is, is what was told, and never less than nothing", async () => {
  const metrics = createMetrics({ version: "1.2.3" });
  for (const lateMs of [80, 0.5, -0.5]) metrics.recordLoopDelay(lateMs);
  expect(await sum(metrics, "nodejs_eventloop_delay_seconds_sum")).toBeCloseTo(0.0805, 6);
  expect(await sum(metrics, "nodejs_eventloop_delay_seconds_count")).toBe(3);
  metrics.close();
});
