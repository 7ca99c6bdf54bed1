/**
 * Reads a whole (not streamed) chat completion.
 *
 * Source: `CreateChatCompletionResponse` in OpenAI's OpenAPI file.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { readAnswerObject } from "../read-answer-object.ts";
import { readCompletion } from "../read-completion.ts";

export type { AnswerFacts } from "../answer-facts.ts";

export function readAnswer(body: Buffer): AnswerFacts {
  return readAnswerObject(body, readCompletion);
}
