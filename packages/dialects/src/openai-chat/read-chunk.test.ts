import { RECORDED_FAILURES } from "@slipstream/testkit/recorded-failures";
import { RECORDED_STREAMS } from "@slipstream/testkit/recorded-streams";
import { usage } from "@slipstream/testkit/recorded-streams/recorded-stream";
import { describe, expect, test } from "vitest";
import { readAnswer } from "./read-answer.ts";
import { readChunk } from "./read-chunk.ts";

function read(json: string): ReturnType<typeof readChunk> {
  return readChunk(Buffer.from(json));
}

/** The data of all events, as simple as it can be had: only for streams whose events have one line of data. */
function dataOf(bytes: Buffer): string[] {
  return [...bytes.toString().matchAll(/^data: ?(.*?)\r?$/gm)].map(([, data]) => data ?? "");
}

describe.each(RECORDED_STREAMS.filter(({ name }) => !name.includes("data in two lines")))(
  "$name",
  ({ bytes, chunks, finishReason, usage: expected }) => {
    const events = dataOf(bytes).map(read);

    test("is read", () => {
      const facts = events.filter((event) => event.type === "chunk");
      expect(events.map(({ type }) => type)).toEqual([...facts.map(() => "chunk"), "done"]);
      expect(facts.filter(({ hasContent }) => hasContent).length).toBe(chunks);
      expect(facts.findLast((event) => event.finishReason)?.finishReason).toBe(finishReason);
      expect(facts.findLast((event) => event.usage)?.usage).toStrictEqual(expected);
    });

    test("a shape is found where there is content, and content follows it", () => {
      dataOf(bytes).forEach((data, index) => {
        const event = events[index];
        if (event?.type !== "chunk" || event.shape === undefined) return;
        const { start, end } = event.shape;
        expect(event.hasContent).toBe(true);
        expect(Buffer.from(data).toString("utf8", start, end)).toMatch(/^"(delta|text)".*"$/);
      });
    });
  },
);

describe.each(RECORDED_FAILURES)("$name", ({ good, bad, chunks, error }) => {
  test("the error is read, and what comes in front of it", () => {
    const facts = dataOf(good).map(read);
    expect(facts.filter((event) => event.type === "chunk" && event.hasContent).length).toBe(chunks);
    expect(read(dataOf(bad)[0] ?? "")).toStrictEqual({ type: "error", error });
  });
});

test.each([
  [`{"choices":[],"usage":{"prompt_tokens":1}}`, true],
  [`{"choices":[{"index":0,"delta":{}}],"usage":{"prompt_tokens":1}}`, true],
  [`{"choices":[],"x_groq":{"usage":{"prompt_tokens":1}}}`, true],
  [`{"choices":[],"usage":null}`, false],
  [`{"choices":[],"prompt_filter_results":[]}`, false],
  [`{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}`, false],
  [`{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":1}}`, false],
])("%s is there for its usage only: %j", (json, isUsageOnly) => {
  expect(read(json)).toMatchObject({ type: "chunk", isUsageOnly });
});

test("the usage of Groq's own counts only where there is no other", () => {
  const json = `{"choices":[],"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2}},"usage":{"prompt_tokens":3,"completion_tokens":4}}`;
  expect(read(json)).toMatchObject({ usage: usage(3, 4) });
});

test.each([
  [`{"tool_calls":[]}`, false],
  [`{"tool_calls":null}`, false],
  [`{"tool_calls":[{"index":0,"function":{"arguments":""}}]}`, false],
  [`{"tool_calls":[{"index":0,"id":"call_1"}]}`, true],
  [`{"tool_calls":[{"index":0,"function":{"name":"f","arguments":""}}]}`, true],
  [`{"tool_calls":[{"index":0,"type":"custom","custom":{"input":"x"}}]}`, true],
  [`{"tool_calls":[{"function":{"arguments":{"city":"Rome"}}}]}`, true],
  [`{"function_call":{"arguments":"{"}}`, true],
  [`{"role":"assistant","content":"","reasoning":null,"images":[]}`, false],
  [`{"content":[]}`, false],
])("delta %s has content: %j", (delta, hasContent) => {
  expect(read(`{"choices":[{"delta":${delta}}]}`)).toMatchObject({ type: "chunk", hasContent });
});

test.each(["", "null", "7", `"text"`, "{", "[]", `[[1]]`, "DONE"])("%s is unreadable", (data) => {
  expect(read(data)).toEqual({ type: "unreadable" });
});

test.each([
  [
    `{"choices":[{"index":0,"message":{"content":"x"},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`,
    { type: "answer", finishReason: "length", usage: usage(1, 2) },
  ],
  [
    `{"choices":[{"finish_reason":""}]}`,
    { type: "answer", finishReason: undefined, usage: undefined },
  ],
  [
    `{"choices":[{"finish_reason":"error","error":{"code":502,"message":"no"}}]}`,
    { type: "error", error: { message: "no", code: undefined, status: 502 } },
  ],
  [
    `[{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}]`,
    { type: "error", error: { message: "no", code: undefined, status: 400 } },
  ],
  [`<html>`, { type: "unreadable" }],
])("whole answer %s", (body, facts) => {
  expect(readAnswer(Buffer.from(body))).toStrictEqual(facts);
});
