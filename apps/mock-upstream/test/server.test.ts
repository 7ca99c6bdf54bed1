/** Answers that are not streams, the other endpoints, and what is recorded about requests. */
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { countBufferBytes } from "@slipstream/testkit/collect-garbage";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { embed } from "../src/embeddings.ts";
import { fingerprint } from "../src/inference.ts";
import type { MockStats } from "../src/journal.ts";
import { startMockUpstream } from "../src/mock-server.ts";
import type { MockUpstream } from "../src/mock-server.ts";
import { openStream, post, sendRaw, toChunks, toRequest, until } from "./exchange.ts";
import type { Completion } from "./exchange.ts";

let mock: MockUpstream;
beforeAll(async () => {
  mock = await startMockUpstream();
});
beforeEach(() => mock.reset());
afterAll(() => mock.close());

const WHOLE = { body: { stream: false } };

async function ask(model: string, path?: string): Promise<Completion> {
  const { text } = await post(mock, model, path === undefined ? WHOLE : { ...WHOLE, path });
  return JSON.parse(text) as Completion;
}

test("an answer that is not a stream", async () => {
  const answer = await ask("mock/tokens=2");
  expect(answer).toMatchObject({
    object: "chat.completion",
    model: "mock/tokens=2",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: " token_0 token_1" },
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 2, total_tokens: 14 },
  });
  const tools = await ask("mock/content=tools,tokens=2");
  expect(tools.choices[0]?.message.tool_calls?.[0]?.function.arguments).toBe(
    '{"text":" token_0 token_1"}',
  );
  expect((await ask("mock/usage=never")).usage).toBe(undefined);
});

test("it comes when the last token of a stream would, compressed if asked", async () => {
  const answer = await ask("mock/tokens=5,ttft=30,gap=10,encoding=gzip");
  expect(answer.choices[0]?.message.content).toBe(" token_0 token_1 token_2 token_3 token_4");
  const record = mock.stats().recent[0];
  expect((record?.endedAtMs ?? 0) - (record?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(70);
});

test("the older endpoint has text instead of deltas", async () => {
  const path = "/completions";
  expect(await ask("mock/tokens=2", path)).toMatchObject({
    id: expect.stringMatching(/^cmpl-/),
    object: "text_completion",
    choices: [{ index: 0, text: " token_0 token_1", finish_reason: "stop" }],
  });
  const chunks = toChunks((await post(mock, "mock/tokens=2,content=reasoning", { path })).text);
  expect(chunks.map(({ choices }) => choices[0]?.text)).toEqual([" token_0", " token_1", ""]);
});

test("embeddings depend on the input alone and come as numbers or base64", async () => {
  const path = "/embeddings";
  const body = { input: ["a", "b"], dimensions: 40 };
  const numbers = JSON.parse((await post(mock, "m", { path, body })).text) as Embeddings;
  expect(numbers.data.map(({ embedding }) => embedding)).toEqual([
    [...embed('"a"', 40)],
    [...embed('"b"', 40)],
  ]);
  expect(Math.hypot(...embed('"a"', 40))).toBeCloseTo(1);
  const encoded = { input: "a", encoding_format: "base64" };
  const base64 = JSON.parse((await post(mock, "m", { path, body: encoded })).text) as Embeddings;
  const bytes = new Uint8Array(Buffer.from(String(base64.data[0]?.embedding), "base64"));
  expect([...new Float32Array(bytes.buffer)]).toEqual([...embed('"a"', 8)]);
  expect((await post(mock, "mock/status=500", { path, body })).status).toBe(500);
  expect((await post(mock, "m", { path, body: {} })).status).toBe(400);
});

interface Embeddings {
  readonly data: readonly { readonly embedding: readonly number[] | string }[];
}

test("models are listed; everything else is a 404 in OpenAI's envelope", async () => {
  const models = await (await fetch(`${mock.url}/models`)).json();
  expect(models).toMatchObject({ object: "list" });
  expect(JSON.stringify(models)).toMatch(/"id":"mock".*"id":"mock\/chat"/);
  for (const [method, path] of [
    ["GET", "/chat/completions"],
    ["POST", "/nothing"],
    ["GET", "//"],
  ]) {
    const response = await fetch(mock.url + (path ?? ""), { method: method ?? "GET" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "unknown_url", param: null } });
  }
});

test("a request is recorded with what it said and what it got", async () => {
  const headers = { authorization: "Bearer secret", "x-request-id": "r-1", traceparent: "00-ab" };
  const answer = await post(mock, "mock/tokens=3", { headers });
  expect(answer.headers.get("x-request-id")).toBe("r-1");
  const stats = (await (await fetch(new URL("/__stats", mock.url))).json()) as MockStats;
  expect(stats).toMatchObject({
    requests: 1,
    streams: 1,
    completed: 1,
    inFlight: 0,
    tokensSent: 3,
  });
  expect(stats.recent).toMatchObject([
    {
      id: toChunks(answer.text)[0]?.id,
      path: "/v1/chat/completions",
      model: "mock/tokens=3",
      scenario: "tokens=3",
      requestId: "r-1",
      traceparent: "00-ab",
      authorizationSha256: fingerprint("Bearer secret"),
      bodyBytes: JSON.stringify({ model: "mock/tokens=3", stream: true }).length,
      tokensSent: 3,
      bytesWritten: answer.text.length,
      outcome: "complete",
      bodySha256: createHash("sha256").update(answer.text).digest("hex"),
    },
  ]);
  expect(stats.recent[0]?.headerNames).toEqual(
    expect.arrayContaining(["authorization", "x-request-id", "host"]),
  );
  expect(JSON.stringify(stats)).not.toContain("secret");
});

test("times are on the clock that other processes share", async () => {
  const beforeMs = Number(process.hrtime.bigint()) / 1e6;
  await post(mock, "m");
  const afterMs = Number(process.hrtime.bigint()) / 1e6;
  const { startedAtMs = 0, endedAtMs = 0 } = mock.stats().recent[0] ?? {};
  expect([beforeMs, startedAtMs, endedAtMs, afterMs]).toEqual(
    [beforeMs, startedAtMs, endedAtMs, afterMs].toSorted((a, b) => a - b),
  );
});

test("a client that goes away in the middle of a stream or of its own request", async () => {
  const lone = await startMockUpstream();
  const streaming = await openStream(lone, "mock/tokens=100000,gap=1", "token_3");
  streaming.destroy();
  await until(() => lone.stats().clientAborts === 1);
  const bodySha256: unknown = expect.any(String);
  expect(lone.stats().recent).toMatchObject([{ outcome: "client_abort", bodySha256 }]);
  const uploading = connect(lone.port, "127.0.0.1");
  uploading.write(toRequest("m").slice(0, -5));
  await until(() => lone.stats().inFlight === 1);
  uploading.destroy();
  await until(() => lone.stats().clientAborts === 2);
  await until(() => lone.stats().connections === 0);
  await lone.close();
});

test.each([
  ["a stream", true, "mock/tokens=500,tokenBytes=100000"],
  ["a whole answer", false, "mock/tokens=5,tokenBytes=10000000"],
])("a client that stops reading stops %s, and loses nothing", async (_, isStream, model) => {
  await post(mock, model, { body: { stream: isStream } });
  mock.reset();
  const heldBytes = countBufferBytes();
  const socket = connect(mock.port, "127.0.0.1").pause();
  socket.write(toRequest(model, { stream: isStream, isLast: true }));
  await until(() => mock.stats().recent[0]?.scenario !== undefined);
  let written = -1;
  while (written !== mock.stats().bytesWritten) {
    written = mock.stats().bytesWritten;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(written).toBeLessThan(20_000_000);
  expect(mock.stats().recent[0]?.outcome).toBe("running");
  if (isStream) expect(countBufferBytes() - heldBytes).toBeLessThan(10_000_000);
  socket.resume();
  await until(() => mock.stats().completed === 1);
  expect(mock.stats().bytesWritten).toBeGreaterThan(50_000_000);
});

test("the statistics remember a thousand requests, and forget them when told", async () => {
  const request = toRequest("mock/tokens=0");
  const last = toRequest("mock/tokens=0", { isLast: true });
  await sendRaw(mock, request.repeat(1_004) + last);
  expect(mock.stats().requests).toBe(1_005);
  expect(mock.stats().recent.length).toBe(1_000);
  const few = await fetch(new URL("/__stats?recent=2", mock.url));
  expect(((await few.json()) as MockStats).recent.length).toBe(2);
  const reset = await fetch(new URL("/__stats/reset", mock.url), { method: "POST" });
  expect(await reset.json()).toMatchObject({ requests: 0, completed: 0, recent: [] });
});

test("a mock that is closed cuts its streams and frees its port", async () => {
  const short = await startMockUpstream();
  const socket = await openStream(short, "mock/fail=stall,failAfter=2", "token_0");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await short.close();
  await closed;
  const again = await startMockUpstream({ port: short.port });
  expect(again.url).toBe(short.url);
  await again.close();
});
