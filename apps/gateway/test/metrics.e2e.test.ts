/** What `/metrics` says adds up with what was sent. */
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postChat, readMetric, startRig, streamOf } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

const STREAMS = 10;
const TOKENS = 7;

let rig: GatewayRig;

beforeAll(async () => {
  rig = await startRig({ chat: [`mock/tokens=${TOKENS},gap=2`], broken: ["mock/status=500"] });
});

afterAll(() => rig.close());

test("ten streamed and three failed requests", async () => {
  for (let stream = 0; stream < STREAMS; stream++) {
    const usage = { stream_options: { include_usage: true } };
    const text = await (await postChat(rig, streamOf("chat", usage))).text();
    expect(text).toContain("[DONE]");
  }
  const refused = { authorization: "Bearer sk-00000000000000000000000000000000" };
  expect((await postChat(rig, streamOf("chat"), refused)).status).toBe(401);
  expect((await postChat(rig, streamOf("unknown"))).status).toBe(404);
  expect((await postChat(rig, streamOf("broken"))).status).toBe(502);
  await eventually(async () => expect(await readMetric(rig, "slipstream_requests_total")).toBe(13));

  const figures = {
    complete: await readMetric(rig, "slipstream_requests_total", { outcome: "complete" }),
    rejected: await readMetric(rig, "slipstream_requests_total", { outcome: "rejected" }),
    upstreamErrors: await readMetric(rig, "slipstream_requests_total", {
      outcome: "upstream_error",
    }),
    firstTokens: await readMetric(rig, "gen_ai_server_time_to_first_token_seconds_count"),
    gaps: await readMetric(rig, "gen_ai_client_operation_time_per_output_chunk_seconds_count"),
    chunks: await readMetric(rig, "slipstream_stream_chunks_total"),
    outputTokens: await readMetric(rig, "gen_ai_client_inference_usage_output_tokens_total"),
    inFlight: await readMetric(rig, "slipstream_inflight_requests"),
    keyMisses: await readMetric(rig, "slipstream_cache_requests_total", { result: "miss" }),
    keyHits: await readMetric(rig, "slipstream_cache_requests_total", { result: "hit" }),
  };
  expect(figures).toEqual({
    complete: STREAMS,
    rejected: 2,
    upstreamErrors: 1,
    firstTokens: STREAMS,
    gaps: STREAMS * (TOKENS - 1),
    chunks: STREAMS * TOKENS,
    outputTokens: STREAMS * TOKENS,
    inFlight: 0,
    // The unknown key has a wrong checksum and reaches no cache.
    keyMisses: 1,
    keyHits: STREAMS - 1 + 2,
  });
});

test("a stream without content has no first token", async () => {
  const before = await readMetric(rig, "gen_ai_server_time_to_first_token_seconds_count");
  const model = await startRig({ silent: ["mock/content=empty"] });
  await (await postChat(model, streamOf("silent"))).text();
  expect(await readMetric(model, "gen_ai_server_time_to_first_token_seconds_count")).toBe(0);
  expect(await readMetric(rig, "gen_ai_server_time_to_first_token_seconds_count")).toBe(before);
  await model.close();
});

test("how late the loop is, is sampled all the time", async () => {
  await eventually(async () => {
    const samples = await readMetric(rig, "nodejs_eventloop_delay_seconds_count");
    expect(samples).toBeGreaterThan(2);
  });
});

test("the admin plane says that it lives and that it is ready", async () => {
  for (const path of ["/healthz", "/readyz"]) {
    expect((await fetch(rig.gateway.adminUrl + path)).status).toBe(200);
  }
  const metrics = await fetch(`${rig.gateway.adminUrl}/metrics`);
  expect(metrics.headers.get("content-type")).toContain("application/openmetrics-text");
  expect(await metrics.text()).toMatch(/# EOF\n$/);
  // The data plane knows nothing of them.
  expect((await fetch(rig.gateway.baseUrl.replace("/v1", "/metrics"))).status).toBe(404);
});
