/**
 * Reads a whole (not streamed) text completion.
 *
 * Source: `CreateCompletionResponse` in OpenAI's OpenAPI file.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { readAnswerObject } from "../read-answer-object.ts";
import { readCompletion } from "../read-completion.ts";

export function readCompletionAnswer(body: Buffer): AnswerFacts {
  return readAnswerObject(body, readCompletion);
}
