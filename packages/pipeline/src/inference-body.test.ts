import { expect, test } from "vitest";
import { parseInferenceBody } from "./inference-body.ts";
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
