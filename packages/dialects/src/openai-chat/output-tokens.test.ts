import { expect, test } from "vitest";
import { readOutputTokens } from "./output-tokens.ts";

function read(data: string): number {
  const framed = Buffer.from(`data: ${data}\n\ndata: {"completion_tokens":99}`);
  return readOutputTokens(framed, 6, 6 + Buffer.byteLength(data));
}

test.each([
  ['{"choices":[],"usage":{"prompt_tokens":5,"total_tokens":9,"completion_tokens":4}}', 4],
  ['{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens": 12,"total_tokens":17}}', 12],
  ['{"usage":{"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":1}}}', 4],
  ['{"choices":[{"delta":{"content":"\\"completion_tokens\\":7"}}]}', 0],
  ['{"usage":{"completion_tokens":null}}', 0],
  ['{"usage":{"completion_tokens":-3}}', 0],
  ['{"usage":{"completion_tokens":', 0],
  ["", 0],
])("%s says %s", (data, tokens) => {
  expect(read(data)).toBe(tokens);
});
