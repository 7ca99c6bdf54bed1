/** What all whole answers of the OpenAI family have in common: one JSON object, which may be an error. */
import type { AnswerFacts } from "./answer-facts.ts";
import { parseObject } from "./json-value.ts";
import type { JsonObject } from "./json-value.ts";
import { readStreamError } from "./openai-chat/read-stream-error.ts";

/** @param read Reads an answer that is not an error. */
export function readAnswerObject(
  body: Buffer,
  read: (answer: JsonObject) => AnswerFacts,
): AnswerFacts {
  const answer = parseObject(body);
  if (answer === undefined) return { type: "unreadable" };
  const error = readStreamError(answer);
  return error === undefined ? read(answer) : { type: "error", error };
}
