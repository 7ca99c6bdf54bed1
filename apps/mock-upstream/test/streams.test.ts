/** What good answers look like, over real sockets. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMockUpstream } from "../src/mock-server.ts";
import type { MockUpstream } from "../src/mock-server.ts";
import { contentText } from "../src/token-text.ts";
import { chunkSizes, post, sendRaw, toChunks, toContent, toData, toRequest } from "./exchange.ts";
import type { Completion } from "./exchange.ts";

let mock: MockUpstream;
beforeAll(async () => {
  mock = await startMockUpstream();
});
afterAll(() => mock.close());

function withoutIds(text: string): string {
  return text.replaceAll(/chatcmpl-\w+/g, "");
}

const ASKED = { body: { stream_options: { include_usage: true } } };

async function stream(model: string, body: object = {}): Promise<Completion[]> {
  return toChunks((await post(mock, model, { body })).text);
}

test("a stream has OpenAI's shape: role, content, finish, usage, [DONE]", async () => {
  const { status, headers, text } = await post(mock, "mock/tokens=2", ASKED);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const chunks = toChunks(text);
  const id = chunks[0]?.id;
  expect(id).toMatch(/^chatcmpl-[0-9a-f]{8}\d{21}$/);
  const shared = { id, object: "chat.completion.chunk", model: "mock/tokens=2" };
  const choice = { index: 0, logprobs: null, finish_reason: null };
  expect(chunks).toMatchObject([
    { ...shared, choices: [{ ...choice, delta: { role: "assistant", content: "" } }], usage: null },
    { ...shared, choices: [{ ...choice, delta: { content: " token_0" } }], usage: null },
    { ...shared, choices: [{ ...choice, delta: { content: " token_1" } }], usage: null },
    { ...shared, choices: [{ ...choice, delta: {}, finish_reason: "stop" }], usage: null },
    {
      ...shared,
      choices: [],
      usage: { prompt_tokens: 12, completion_tokens: 2, total_tokens: 14 },
    },
  ]);
  expect(toData(text).at(-1)).toBe("[DONE]");
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});

test("two requests of one scenario differ in their id and in nothing else", async () => {
  const texts = [await post(mock, "mock/tokens=3"), await post(mock, "mock/tokens=3")];
  const ids = texts.map(({ text }) => new Set(toChunks(text).map(({ id }) => id)));
  expect(ids.map(({ size }) => size)).toEqual([1, 1]);
  expect(ids[0]).not.toEqual(ids[1]);
  expect(withoutIds(texts[0]?.text ?? "")).toBe(withoutIds(texts[1]?.text ?? ""));
});

test.each(["", "writeBytes=7", "writesPerEvent=9", "encoding=gzip", "fail=drip,failGap=0"])(
  "%j: the id is the one in the statistics",
  async (settings) => {
    const { text } = await post(mock, `mock/tokens=1,${settings}`);
    const { text: next } = await post(mock, `mock/tokens=1,${settings}`);
    const ids = [text, next].map((answer) => new Set(toChunks(answer).map(({ id }) => id)));
    const recorded = mock.stats().recent.slice(-2);
    expect(ids).toEqual(recorded.map(({ id }) => new Set([id])));
  },
);

test.each([
  { content: "text", tokens: 20, tokenBytes: 0 },
  { content: "text", tokens: 2, tokenBytes: 300_000 },
  { content: "unicode", tokens: 25, tokenBytes: 0 },
  { content: "hostile", tokens: 25, tokenBytes: 0 },
  { content: "empty", tokens: 20, tokenBytes: 0 },
] as const)(
  "the content of %j can be recomputed, however it is cut and written",
  async (settings) => {
    const { content, tokens, tokenBytes } = settings;
    const model = `mock/content=${content},tokens=${tokens},tokenBytes=${tokenBytes}`;
    for (const more of [
      "",
      ",json=python,writesPerEvent=3",
      ",encoding=gzip",
      ",eventsPerWrite=0",
    ]) {
      expect(toContent(await stream(model + more))).toBe(contentText(settings));
    }
  },
);

test("reasoning comes before content and is counted", async () => {
  const chunks = await stream("mock/content=reasoning,reasoningTokens=2,tokens=1,usage=always");
  const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
  expect(deltas.slice(1)).toEqual([
    { reasoning_content: " thought_0" },
    { reasoning_content: " thought_1" },
    { content: " token_0" },
    {},
  ]);
  expect(chunks.at(-1)?.usage).toMatchObject({
    completion_tokens: 3,
    completion_tokens_details: { reasoning_tokens: 2 },
  });
});

test("a tool call begins with id and name; its arguments are JSON when they are together", async () => {
  const chunks = await stream("mock/content=tools,tokens=5");
  const calls = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
  expect(calls[0]).toMatchObject({ index: 0, type: "function", function: { arguments: "" } });
  expect(calls.map(({ id, function: { name } }) => [id, name])).toEqual([
    ["call_mock_0", "mock_tool"],
    ...Array.from({ length: 5 }, () => [undefined, undefined]),
  ]);
  const text = calls.map((call) => call.function.arguments).join("");
  expect(JSON.parse(text)).toEqual({
    text: contentText({ content: "tools", tokens: 5, tokenBytes: 0 }),
  });
  expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");
});

test("n choices are interleaved, one per chunk", async () => {
  const chunks = await stream("mock/tokens=2,usage=always", { n: 3 });
  expect(chunks.map(({ choices }) => choices.map(({ index }) => index)).flat()).toEqual([
    0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2,
  ]);
  expect(toContent(chunks, 2)).toBe(" token_0 token_1");
  expect(chunks.at(-1)?.usage?.completion_tokens).toBe(6);
});

const CONTINUOUS = { stream_options: { include_usage: true, continuous_usage_stats: true } };

test.each([
  ["auto", {}, [undefined, undefined, undefined]],
  ["auto", ASKED.body, [null, null, null, 1]],
  ["auto", CONTINUOUS, [0, 1, 1, 1]],
  ["always", {}, [undefined, undefined, undefined, 1]],
  ["never", ASKED.body, [undefined, undefined, undefined]],
  ["continuous", {}, [0, 1, 1, 1]],
  ["finish", {}, [undefined, undefined, 1]],
  ["negative", {}, [undefined, undefined, undefined, -1]],
  ["huge", {}, [undefined, undefined, undefined, 1e308]],
  ["string", {}, [undefined, undefined, undefined, "1"]],
  ["twice", {}, [undefined, undefined, undefined, 1, 1]],
])("usage=%s for %j: completion tokens per chunk", async (usage, body, counts) => {
  const chunks = await stream(`mock/tokens=1,usage=${usage}`, body);
  const reported = chunks.map((chunk) => chunk.usage && chunk.usage.completion_tokens);
  expect(reported).toEqual(counts);
});

test("counts of the prompt and of hidden reasoning are what the scenario says", async () => {
  const settings = "promptTokens=100,cachedTokens=60,reasoningTokens=7,tokens=3,usage=continuous";
  const chunks = await stream(`mock/${settings}`);
  expect(chunks.map(({ usage }) => usage?.completion_tokens)).toEqual([7, 8, 9, 10, 10, 10]);
  expect(chunks.at(-1)?.usage).toMatchObject({
    prompt_tokens: 100,
    completion_tokens: 10,
    total_tokens: 110,
    prompt_tokens_details: { cached_tokens: 60 },
    completion_tokens_details: { reasoning_tokens: 7 },
  });
});

test("without a role, with another finish reason, without [DONE], with data behind it", async () => {
  const bare = await post(mock, "mock/tokens=1,role=off,finish=length,done=off");
  expect(toChunks(bare.text).map(({ choices }) => choices[0]?.finish_reason)).toEqual([
    null,
    "length",
  ]);
  expect(toData(bare.text)).not.toContain("[DONE]");
  const after = await post(mock, "mock/tokens=1,done=data-after");
  expect(toData(after.text).at(-2)).toBe("[DONE]");
  expect(toChunks(after.text).at(-1)?.choices[0]?.delta.content).toBe(" after");
});

test("tokens come on schedule and never early", async () => {
  const startMs = performance.now();
  await post(mock, "mock/tokens=21,ttft=60,gap=2.5");
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(110);
  const record = mock.stats().recent.at(-1);
  const tookMs = (record?.endedAtMs ?? 0) - (record?.startedAtMs ?? 0);
  expect(tookMs).toBeGreaterThanOrEqual(110);
  expect(tookMs).toBeLessThan(1_000);
});

test("headers can come late", async () => {
  const startMs = performance.now();
  const response = await fetch(`${mock.url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "mock/headersDelay=40,ttft=3600000", stream: true }),
  });
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(40);
  await response.body?.cancel();
});

test("the role goes out with the headers, before the first token", async () => {
  const response = await fetch(`${mock.url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "mock/tokens=1,ttft=3600000", stream: true }),
  });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toContain('"role":"assistant"');
  await reader?.cancel();
});

test.each([
  ["", 5],
  ["eventsPerWrite=2", 3],
  ["eventsPerWrite=0", 1],
  ["writesPerEvent=4", 20],
])("%j: a write is an HTTP chunk", async (settings, writes) => {
  const request = toRequest(`mock/tokens=2,${settings}`, { isLast: true });
  const { text } = await sendRaw(mock, request);
  expect(chunkSizes(text).length).toBe(writes);
});

test("writeBytes cuts everywhere but the end", async () => {
  const request = toRequest("mock/writeBytes=7", { isLast: true });
  const { text, reads } = await sendRaw(mock, request);
  const sizes = chunkSizes(text);
  expect(new Set(sizes.slice(0, -1))).toEqual(new Set([7]));
  expect(sizes.at(-1)).toBeLessThanOrEqual(7);
  // Client and mock take turns in one event loop, so nearly every write arrives on its own.
  expect(reads).toBeGreaterThan(sizes.length / 2);
});

test("the other forms of a stream are the same events", async () => {
  const plain = (await post(mock, "m")).text;
  const settings = { "x-mock-scenario": "lineEnd=crlf,commentEvery=3,dataSpace=off,eventField=on" };
  const dressed = (await post(mock, "m", { headers: settings })).text;
  const undressed = dressed
    .replaceAll("\r\n", "\n")
    .replaceAll(": keep-alive\n\n", "")
    .replaceAll("event: message\n", "")
    .replaceAll("data:", "data: ");
  expect(withoutIds(undressed)).toBe(withoutIds(plain));
  const lines = (await post(mock, "mock/envelope=jsonl,tokens=2")).text.trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as Completion).object)).toEqual(
    Array.from({ length: 4 }, () => "chat.completion.chunk"),
  );
});

test("a client of HTTP/1.0 gets the bare body and the end of the connection", async () => {
  const { text, closed } = await sendRaw(mock, toRequest("mock/tokens=1", { version: "1.0" }));
  const body = text.slice(text.indexOf("\r\n\r\n") + 4);
  expect(toContent(toChunks(body))).toBe(" token_0");
  expect(body.startsWith("data: ") && body.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(closed).toBe("fin");
});

test("pipelined requests are answered in order", async () => {
  const last = toRequest("mock/tokens=1,tag=b", { isLast: true });
  const { text } = await sendRaw(mock, toRequest("mock/tokens=9,gap=2,tag=a") + last);
  const tags = [...text.matchAll(/tag=(.)/g)].map(([, tag]) => tag).join("");
  expect(tags).toMatch(/^a{11}b{3}$/);
});
