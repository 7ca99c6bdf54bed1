/** How much text a stream has had, without parsing each of its events. */
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import { readChunk } from "@slipstream/dialects/openai-chat/read-chunk";
import { CHAT_STREAM } from "@slipstream/dialects/stream-dialects";
import { RECORDED_STREAMS } from "@slipstream/testkit/recorded-streams";
import { describe, expect, test } from "vitest";
import { countStringBytes } from "./json-string.ts";
import { StreamMeter } from "./stream-meter.ts";

const WORDS = [
  "The",
  " answer",
  " is",
  ",",
  " forty",
  "-two",
  " because",
  " I",
  " said",
  " so",
  ".",
];
/** Lengths of many servers' chunks: of one token, of a few, of a whole answer. */
const REPEATS = [1, 1, 1, 1, 1, 3, 1, 1, 40, 1, 1, 500];

function textOf(index: number): string {
  const word = WORDS[index % WORDS.length] ?? "";
  return word.repeat(REPEATS[index % REPEATS.length] ?? 1);
}

function measure(events: readonly string[]): StreamMeter {
  const recorder = { recordGap: (): void => undefined, recordDelay: (): void => undefined };
  const usage = { view: "everything", isContinuous: false } as const;
  const meter = new StreamMeter({ dialect: CHAT_STREAM, usage, choices: 1, recorder, startMs: 0 });
  for (const event of events) {
    const data = Buffer.from(event);
    meter.event(data, 0, data.length);
  }
  return meter;
}

function dataOf(bytes: Buffer): readonly string[] {
  return [...bytes.toString().matchAll(/^data: ?(.*?)\r?$/gm)].map(([, data]) => data ?? "");
}

function isShaped(facts: ChunkFacts): facts is ChunkFacts & { type: "chunk" } {
  return facts.type === "chunk" && facts.shape !== undefined && facts.textBytes > 0;
}

/** An event with another text wherever its own stands, and with numbers that have grown. */
function withText(event: string, text: string, index: number): string {
  const facts = readChunk(Buffer.from(event));
  if (!isShaped(facts) || facts.shape === undefined) throw new Error("no text");
  const bytes = Buffer.from(event);
  const { end } = facts.shape;
  const own = bytes.toString("utf8", end, end + countStringBytes(bytes, end, bytes.length));
  const written = JSON.stringify(text).slice(1, -1);
  return event
    .replaceAll(`"${own}"`, () => `"${written}"`)
    .replaceAll(/"(\w+_tokens)":\d+/g, (_, name: string) => `"${name}":${index + 1}`);
}

/** An event of each server that is recognised by its shape, if it has one. */
const LAYOUTS = RECORDED_STREAMS.filter(({ name }) => !name.includes("data in two lines")).flatMap(
  ({ name, bytes }) => {
    const event = dataOf(bytes).find((data) => isShaped(readChunk(Buffer.from(data))));
    return event === undefined ? [] : [{ name, event }];
  },
);

describe.each(LAYOUTS)("$name", ({ event }) => {
  test.each([
    ["of one token", 1500, (index: number) => WORDS[index % WORDS.length] ?? "", 1.6],
    ["of any length", 300, textOf, 1.05],
    ["of thousands of tokens", 5, () => "word ".repeat(2000), 1.01],
  ])("text in chunks %s", (_kind, length, toText, factor) => {
    const texts = Array.from({ length }, (_, index) => toText(index));
    const events = texts.map((text, index) => withText(event, text, index));
    const meter = measure(events);
    const textBytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(meter.chunks).toBe(events.length);
    expect(meter.textBytes).toBeGreaterThanOrEqual(textBytes / factor);
    expect(meter.textBytes).toBeLessThanOrEqual(textBytes * factor);
  });
});

function chunk(delta: string): string {
  return `{"choices":[{"index":0,"delta":${delta}}]}`;
}

test("what is written with escapes counts as it is written", () => {
  const written = String.raw`line\n\"quoted\" and a \u4e2d at the end \\`;
  const events = [chunk(`{"content":"a"}`), chunk(`{"content":"${written}"}`)];
  expect(measure(events).textBytes).toBe(1 + written.length);
});

test.each([
  ["text", `{"content":"12345678"}`, 8],
  ["reasoning", `{"reasoning_content":"12345678"}`, 8],
  ["reasoning under two names", `{"reasoning":"1234","reasoning_content":"1234"}`, 4],
  ["a refusal", `{"content":null,"refusal":"12345678"}`, 8],
  ["parts", `{"content":[{"type":"text","text":"123"},{"type":"text","text":"45"}]}`, 5],
  ["thinking", `{"content":[{"type":"thinking","thinking":[{"type":"text","text":"12"}]}]}`, 2],
  [
    "two whole calls",
    `{"tool_calls":[{"id":"x","function":{"name":"ab","arguments":"{}"}},{"function":{"name":"cd","arguments":"{\\"a\\":1}"}}]}`,
    13,
  ],
  ["arguments that are an object", `{"tool_calls":[{"function":{"arguments":{"a":1}}}]}`, 7],
  ["a custom call", `{"tool_calls":[{"custom":{"name":"ab","input":"xyz"}}]}`, 5],
  ["an older call", `{"function_call":{"name":"f","arguments":"{}"}}`, 3],
  ["sound", `{"audio":{"data":"${"A".repeat(4000)}"}}`, 0],
  ["an image", `{"content":"","images":[{"image_url":{"url":"data:image/png;base64,AAAA"}}]}`, 0],
])("%s", (_name, delta, textBytes) => {
  expect(measure([chunk(delta)]).textBytes).toBe(textBytes);
  expect(measure([chunk(delta), chunk(delta), chunk(delta)]).textBytes).toBe(3 * textBytes);
});

test("of several answers at once each counts", () => {
  const both = `{"choices":[{"index":0,"delta":{"content":"abc"}},{"index":1,"delta":{"content":"de"}}]}`;
  expect(measure([both]).textBytes).toBe(5);
});

test("what came behind the last report of output tokens is told apart", () => {
  const report = `{"choices":[],"usage":{"completion_tokens":7}}`;
  const both = `{"choices":[{"index":0,"delta":{"content":"abc"}}],"usage":{"completion_tokens":1}}`;
  const input = `{"choices":[],"usage":{"prompt_tokens":7}}`;
  const text = chunk(`{"content":"abcd"}`);
  expect(measure([text, text]).unreported).toEqual({ chunks: 2, textBytes: 8 });
  expect(measure([text, report, text]).unreported).toEqual({ chunks: 1, textBytes: 4 });
  expect(measure([text, input, text]).unreported).toEqual({ chunks: 2, textBytes: 8 });
  expect(measure([both]).unreported).toEqual({ chunks: 0, textBytes: 0 });
  // Recognised by its shape, and read at the end.
  expect(measure([both, both, both]).unreported).toEqual({ chunks: 0, textBytes: 0 });
});
