/** The published `openai` client, unchanged, against the gateway. */
import OpenAI from "openai";
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRig } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

const TOKENS = Array.from({ length: 12 }, (_, index) => ` token_${index}`).join("");

let rig: GatewayRig;
let client: OpenAI;

beforeAll(async () => {
  rig = await startRig({
    chat: ["mock/tokens=12"],
    endless: ["mock/tokens=5000,gap=5"],
    tools: ["mock/content=tools,tokens=4"],
    breaks: ["mock/fail=reset,failAfter=3"],
    "org/with-slash": ["mock"],
    down: ["mock/status=500", "mock/status=502", "mock/status=503"],
  });
  client = new OpenAI({ baseURL: rig.gateway.baseUrl, apiKey: rig.key, maxRetries: 0 });
});

afterAll(() => rig.close());

const messages = [{ role: "user", content: "hi" }] as const satisfies unknown[];

test("streams a completion", async () => {
  const stream = await client.chat.completions.create({
    model: "chat",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    usage = chunk.usage ?? usage;
  }
  expect(text).toBe(TOKENS);
  expect(usage?.completion_tokens).toBe(12);
});

test("sees no usage that it did not ask for, though the gateway has asked", async () => {
  const stream = await client.chat.completions.create({ model: "chat", messages, stream: true });
  let text = "";
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    expect(chunk.usage ?? null).toBeNull();
    expect(chunk.choices).toHaveLength(1);
  }
  expect(text).toBe(TOKENS);
});

test("gets a completion that is not streamed", async () => {
  const { data, request_id } = await client.chat.completions
    .create({ model: "chat", messages })
    .withResponse();
  expect(data.choices[0]?.message.content).toBe(TOKENS);
  expect(request_id).toMatch(/^[0-9a-f-]{36}$/);
});

test("streams tool calls", async () => {
  const runner = client.chat.completions.stream({ model: "tools", messages });
  const { choices } = await runner.finalChatCompletion();
  expect(choices[0]?.finish_reason).toBe("tool_calls");
  expect(choices[0]?.message.tool_calls).toHaveLength(1);
});

test("lists models and finds one, also with a slash in its name", async () => {
  const models = await client.models.list();
  expect(models.data.map(({ id }) => id)).toContain("org/with-slash");
  expect((await client.models.retrieve("org/with-slash")).id).toBe("org/with-slash");
});

test.each([
  [
    "an unknown key",
    401,
    OpenAI.AuthenticationError,
    () => client.withOptions({ apiKey: "sk-unknown" }).models.list(),
  ],
  [
    "an unknown model",
    404,
    OpenAI.NotFoundError,
    () => client.chat.completions.create({ model: "gpt-0", messages }),
  ],
  ["an unknown model by name", 404, OpenAI.NotFoundError, () => client.models.retrieve("gpt-0")],
  [
    "no messages",
    400,
    OpenAI.BadRequestError,
    () => client.chat.completions.create({ model: "chat", messages: [] }),
  ],
  [
    "an endpoint that is not served",
    404,
    OpenAI.NotFoundError,
    () => client.fineTuning.jobs.create({ model: "chat", training_file: "f" }),
  ],
])("%s is a typed error of status %i", async (_name, status, type, call) => {
  const error: unknown = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(type);
  expect(error).toMatchObject({ status, type: "invalid_request_error" });
});

test("a stream that breaks throws, and never looks complete", async () => {
  const stream = await client.chat.completions.create({ model: "breaks", messages, stream: true });
  let chunks = 0;
  await expect(async () => {
    for await (const chunk of stream) chunks += chunk.choices.length;
  }).rejects.toThrow("The model's answer broke off.");
  expect(chunks).toBe(3);
});

test("aborts a stream, and the upstream is let go of", async () => {
  const abortsBefore = rig.mock.stats().clientAborts;
  const stream = await client.chat.completions.create({ model: "endless", messages, stream: true });
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content === " token_2") break;
  }
  await eventually(() => expect(rig.mock.stats().clientAborts).toBe(abortsBefore + 1));
  expect(rig.mock.stats().inFlight).toBe(0);
});

test("does not repeat what three deployments have failed at", async () => {
  const before = rig.mock.stats().requests;
  const trying = client.withOptions({ maxRetries: 2 });
  await expect(trying.chat.completions.create({ model: "down", messages })).rejects.toThrow("503");
  expect(rig.mock.stats().requests - before).toBe(3);
});

test.each([
  ["files", () => client.files.list()],
  ["responses", () => client.responses.create({ model: "chat", input: "hi" })],
  ["vector stores", () => client.vectorStores.retrieve("vs_1")],
  ["stored completions", () => client.chat.completions.retrieve("chatcmpl_1")],
])("hears that %s are not carried", async (_what, call) => {
  const error: unknown = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof OpenAI.NotFoundError)) throw new Error("not refused");
  expect(error.message).toContain("does not carry");
  expect([error.code, error.headers.get("x-should-retry")]).toEqual(["unknown_url", "false"]);
});
