/** Answers that would hold everybody up if they were parsed as a whole, and answers that are merely large. */
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import { expect, test } from "vitest";
import { CHAT_COMPLETIONS, EMBEDDINGS } from "../src/inference-endpoints.ts";
import type { InferenceEndpoint } from "../src/inference-endpoint.ts";
import { AUDIO_TRANSCRIPTIONS } from "../src/media-endpoints.ts";
import { FORM_TYPE, toForm } from "./form.ts";
import { chatBody, PipelineRig } from "./pipeline-rig.ts";

const JSON_HEAD = { "content-type": "application/json" };
const FRAME_BYTES = 64 * 1024;
const MEGABYTE = 1024 * 1024;
const USAGE = `"usage":{"prompt_tokens":7,"total_tokens":7}`;

/** What each frame took to read, ms. */
const framesMs: number[] = [];

function answerWith(
  answer: Buffer,
  headers: Readonly<Record<string, string>> = JSON_HEAD,
): (exchange: FakeExchange) => void {
  return (exchange) => {
    const body = exchange.sink.head({ status: 200, headers });
    framesMs.length = 0;
    for (let start = 0; start < answer.length && !exchange.isAborted; start += FRAME_BYTES) {
      const startMs = performance.now();
      body.frame(answer.subarray(start, start + FRAME_BYTES));
      framesMs.push(performance.now() - startMs);
    }
    const endMs = performance.now();
    if (!exchange.isAborted) body.end();
    framesMs.push(performance.now() - endMs);
  };
}

async function ask(
  served: InferenceEndpoint,
  play: (exchange: FakeExchange) => void,
): Promise<PipelineRig> {
  const form = toForm({ name: "model", value: "llama" }, { name: "file", value: "sound" });
  const rig = new PipelineRig({
    served,
    play,
    ...(served === AUDIO_TRANSCRIPTIONS
      ? { frames: [form], contentType: FORM_TYPE }
      : { body: chatBody({ input: "hi" }) }),
  });
  await rig.handled;
  return rig;
}

test.each([
  ["lists", "[],"],
  ["members", `{"a":{"a":1}},`],
  ["brackets", "["],
])("thirty megabytes of %s are refused, and nobody waits for it", async (_name, unit) => {
  const answer = Buffer.from(`{"choices":[${unit.repeat((30 * MEGABYTE) / unit.length)}`);
  const rig = await ask(CHAT_COMPLETIONS, answerWith(answer));
  expect(rig.observer.reports).toMatchObject([
    { outcome: "upstream_error", errorCode: "upstream_invalid_response", attempts: 3 },
  ]);
  expect(rig.upstream.exchanges.every(({ isAborted }) => isAborted)).toBe(true);
  expect(framesMs.length * FRAME_BYTES).toBeLessThan(answer.length);
  // A millisecond or two; JSON.parse takes several seconds. Between them is room for a busy machine.
  expect(Math.max(...framesMs)).toBeLessThan(1000);
});

test("OpenAI's largest batch of embeddings passes byte by byte, and is accounted for", async () => {
  const embedding = "A".repeat((3072 * 4 * 4) / 3);
  const item = `{"object":"embedding","index":0,"embedding":"${embedding}"}`;
  const items = Array.from({ length: 2048 }, () => item).join(",");
  const answer = Buffer.from(`{"object":"list","data":[${items}],"model":"m",${USAGE}}`);
  expect(answer.length).toBeGreaterThan(33.5e6);
  const headers = { ...JSON_HEAD, "content-length": String(answer.length) };
  const rig = await ask(EMBEDDINGS, answerWith(answer, headers));
  expect(rig.client.bytes.equals(answer)).toBe(true);
  expect(rig.observer.reports).toMatchObject([
    { outcome: "complete", answerBytes: answer.length, usage: { inputTokens: 7 } },
  ]);
});

test("too large an answer is refused, and not asked for elsewhere", async () => {
  const frame = Buffer.alloc(MEGABYTE, " ");
  frame[0] = "{".charCodeAt(0);
  const rig = await ask(CHAT_COMPLETIONS, (exchange) => {
    const body = exchange.sink.head({ status: 200, headers: JSON_HEAD });
    for (let count = 0; count < 66 && !exchange.isAborted; count++) {
      body.frame(count === 0 ? frame : frame.subarray(1));
    }
  });
  expect(rig.observer.reports).toMatchObject([
    { status: 502, errorCode: "upstream_answer_too_large", attempts: 1 },
  ]);
});

test.each([
  [200, 64 * MEGABYTE + 1, "upstream_answer_too_large", 1],
  [500, 64 * 1024 + 1, "upstream_error", 3],
])(
  "status %i with %i bytes to come is refused before they do",
  async (status, bytes, code, attempts) => {
    const headers = { ...JSON_HEAD, "content-length": String(bytes) };
    const rig = await ask(CHAT_COMPLETIONS, ({ sink }) => void sink.head({ status, headers }));
    expect(rig.observer.reports).toMatchObject([{ errorCode: code, attempts }]);
    expect(rig.upstream.exchanges.every(({ isAborted }) => isAborted)).toBe(true);
  },
);

test("a large answer that breaks off is none", async () => {
  const answer = Buffer.from(`{"choices":[{"message":{"content":"${"x".repeat(MEGABYTE)}`);
  const rig = await ask(CHAT_COMPLETIONS, answerWith(answer));
  expect(rig.observer.reports).toMatchObject([{ errorCode: "upstream_invalid_response" }]);
});

test("a large transcription is read while it is held", async () => {
  const text = "word ".repeat(60_000);
  const answer = Buffer.from(`{"text":"${text}","words":[${"[],".repeat(60_000)}1],${USAGE}}`);
  const rig = await ask(AUDIO_TRANSCRIPTIONS, answerWith(answer));
  expect(rig.client.bytes.equals(answer)).toBe(true);
  expect(rig.observer.reports).toMatchObject([{ outcome: "complete", usage: { inputTokens: 7 } }]);
});
