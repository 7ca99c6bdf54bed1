import { expect, test } from "vitest";
import { setImmediate } from "node:timers/promises";
import { parseInferenceBody, parseInTurns } from "./inference-body.ts";
import type { InferenceBody } from "./inference-body.ts";

function parse(last: string): InferenceBody {
  const text = `{"model":"m","messages":[],${last}}`;
  return parseInferenceBody(Buffer.from(text), "application/json", () => undefined);
}

/** Each shape is seen before the name that it could be taken for; see `hasNames`. */
test.each([
  [String.raw`"\\":1`, String.raw`"\u006e":1000`, "n"],
  [String.raw`"\\u0061pi":1`, String.raw`"\u0061pi_base":"http://evil.test"`, "api_base"],
  [String.raw`"\\u00":1`, String.raw`"\u0073top":7`, "stop"],
])("after %s, %s is still what it is", (seen, written, name) => {
  expect(() => parse(seen)).not.toThrow();
  expect(() => parse(written)).toThrow(expect.objectContaining({ param: name }));
});

test("a field is read however its name is written", () => {
  parse(String.raw`"\\u0073":1`);
  expect(parse(String.raw`"\u0073tream":true`).isStream).toBe(true);
  parse(String.raw`"\\":1`);
  expect(parse(String.raw`"\u006e":3`).choices).toBe(3);
});

/** Ten megabytes with this in the middle of a message. */
function toLarge(unit: string, broken = ""): Buffer {
  const half = unit.repeat(5e6 / Buffer.byteLength(unit));
  const content = half + broken + half;
  return Buffer.from(
    `{"model":"m","messages":[{"role":"user","content":"${content}"}],"stream":true}`,
  );
}

function parseLarge(body: Buffer, nextTurn = setImmediate<void>): Promise<InferenceBody> {
  return parseInTurns(body, "application/json", () => undefined, nextTurn);
}

test.each([
  ["words", "a word and "],
  ["escaped quotes", String.raw`\"`],
  ["backslashes", String.raw`\\`],
  ["escaped letters", String.raw`\u00e9`],
  ["letters of three bytes", "€"],
])("ten megabytes of %s are read in turns, and say what they say", async (_name, unit) => {
  const body = toLarge(unit);
  let turns = 0;
  const { bytes, ...read } = await parseLarge(body, () => {
    turns++;
    return setImmediate();
  });
  const whole = parseInferenceBody(body, "application/json", () => undefined);
  expect({ ...read, bytes: undefined }).toEqual({ ...whole, bytes: undefined });
  expect(bytes).toBe(body);
  expect(read.isStream).toBe(true);
  // Forty for the structure, ten for the string.
  expect(turns).toBeGreaterThan(45);
});

test.each([
  ["a line end", "\n"],
  ["an escape that is none", String.raw`\x`],
  ["half an escape", String.raw`\u00`],
  ["the end of the string", '"'],
])("ten megabytes with %s in them are no JSON", async (_name, broken) => {
  await expect(parseLarge(toLarge("words ", broken))).rejects.toMatchObject({
    code: "invalid_json",
  });
});

test("ten megabytes that are no UTF-8 are no JSON", async () => {
  const body = toLarge("words ");
  body[5e6] = 0xff;
  await expect(parseLarge(body)).rejects.toMatchObject({ code: "invalid_json" });
});
