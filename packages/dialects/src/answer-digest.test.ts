import fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerDigest } from "./answer-digest.ts";
import { readAnswer } from "./openai-chat/read-answer.ts";
import { readEmbeddingsAnswer } from "./openai-embeddings/read-answer.ts";
import { readTranscriptionAnswer } from "./openai-transcriptions/read-answer.ts";
import { readResponseAnswer } from "./openai-responses/read-answer.ts";

const PIECE_BYTES = 64 * 1024;

/** As it would be while the answer arrives. */
function toDigest(json: Buffer, pieceBytes = PIECE_BYTES): Buffer {
  const digest = new AnswerDigest();
  for (let end = pieceBytes; end < json.length; end += pieceBytes) {
    digest.read(json.subarray(0, end));
  }
  return digest.digest(json);
}

const LONG = 'long "words" '.repeat(20_000);
const USAGE = {
  prompt_tokens: 7,
  completion_tokens: 3,
  prompt_tokens_details: { cached_tokens: 2 },
};
const CHOICE = { index: 0, message: { role: "assistant", content: LONG }, finish_reason: "length" };
const LOGPROBS = { content: Array.from({ length: 3000 }, (_, n) => ({ token: `${n}`, top: [] })) };

test.each([
  ["a completion", readAnswer, { id: "x", choices: [CHOICE], usage: USAGE }],
  ["usage in front", readAnswer, { usage: USAGE, choices: [CHOICE] }],
  ["usage at Groq's place", readAnswer, { choices: [CHOICE], x_groq: { usage: USAGE } }],
  ["usage at Moonshot's place", readAnswer, { choices: [{ ...CHOICE, usage: USAGE }] }],
  ["no usage", readAnswer, { choices: [CHOICE] }],
  ["probabilities", readAnswer, { choices: [{ ...CHOICE, logprobs: LOGPROBS }], usage: USAGE }],
  ["128 choices", readAnswer, { choices: Array.from({ length: 128 }, () => CHOICE), usage: USAGE }],
  ["an error", readAnswer, { error: { message: "boom", code: "429" }, input: LONG }],
  ["an error in a choice", readAnswer, { choices: [{ ...CHOICE, error: { message: "boom" } }] }],
  ["an error in words of its own", readAnswer, { object: "error", message: "boom", input: LONG }],
  ["embeddings", readEmbeddingsAnswer, { data: [{ embedding: LONG }], usage: USAGE }],
  ["bare numbers", readEmbeddingsAnswer, { data: [[1], Array(90_000).fill(1.5)], usage: USAGE }],
  ["text", readTranscriptionAnswer, { text: LONG, usage: { type: "duration", seconds: 3 } }],
  ["a response", readResponseAnswer, { status: "completed", output: [LONG], usage: USAGE }],
])("%s says in small what it says in full", (_name, read, answer) => {
  const json = Buffer.from(JSON.stringify(answer));
  const digest = toDigest(json);
  expect(json.length).toBeGreaterThan(128 * 1024);
  expect(digest.length).toBeLessThan(128 * 1024);
  // What fits can be read whole.
  const short = JSON.stringify(answer, (_key, value: unknown) =>
    value === LONG || value === LOGPROBS ? "x" : Array.isArray(value) ? value.slice(0, 128) : value,
  );
  expect(read(digest)).toEqual(read(Buffer.from(short)));
});

test("whatever is small is kept, wherever the bytes are cut", () => {
  const answer = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 });
  const layout = fc.constantFrom(0, 1, "\t");
  fc.assert(
    fc.property(answer, layout, fc.integer({ min: 1, max: 50 }), (value, indent, pieceBytes) => {
      const json = Buffer.from(JSON.stringify(value, null, indent));
      const digest = toDigest(json, pieceBytes).toString();
      expect(JSON.parse(digest)).toEqual(JSON.parse(json.toString()));
    }),
  );
});

test("whatever large lists hold, the digest is JSON and has what stands beside them", () => {
  const item = fc.oneof(
    fc.jsonValue(),
    fc.record({ finish_reason: fc.constant("stop"), text: fc.constant("x".repeat(2000)) }),
  );
  const list = fc.array(item, { minLength: 10, maxLength: 300 });
  fc.assert(
    fc.property(list, fc.integer({ min: 1, max: 5000 }), (choices, pieceBytes) => {
      const answer = { before: 1, choices: [...choices, "x".repeat(9000)], after: { usage: 2 } };
      const digest = toDigest(Buffer.from(JSON.stringify(answer)), pieceBytes).toString();
      expect(JSON.parse(digest)).toMatchObject({ before: 1, after: { usage: 2 } });
    }),
  );
});

const NOTHING = { type: "unreadable" };

test.each([
  ["half an answer", `{"choices":[],"usage":{"prompt_tokens":1}`],
  ["a list", `[{"choices":[]}]`],
  ["two answers", `{"choices":[]}{"choices":[]}`],
  ["a page", "<html>"],
  ["nothing", ""],
])("%s is none", (_name, text) => {
  expect(readAnswer(toDigest(Buffer.from(text)))).toEqual(NOTHING);
});

test.each([
  ["brackets", "[", "[]"],
  ["members", "[", `{"a":{"a":{"a":0}}}`],
  ["depth", "[".repeat(200), "[]"],
])("thirty megabytes of %s are refused on the way", (_name, begin, unit) => {
  const json = Buffer.from(`{"choices":${begin}${`${unit},`.repeat(30e6 / (unit.length + 1))}`);
  const digest = new AnswerDigest();
  let end = 0;
  let isGood = true;
  while (isGood && end < json.length) isGood = digest.read(json.subarray(0, (end += PIECE_BYTES)));
  expect(isGood).toBe(false);
  expect(end).toBeLessThan(json.length);
});
