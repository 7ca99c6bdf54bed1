/**
 * Reads an answer with generated or edited images.
 *
 * Source: `ImagesResponse` in OpenAI's OpenAPI file.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { readAnswerObject } from "../read-answer-object.ts";
import { readUsage } from "../read-usage.ts";

export function readImageAnswer(body: Buffer): AnswerFacts {
  return readAnswerObject(body, ({ usage }) => ({
    type: "answer",
    finishReason: undefined,
    usage: readUsage(usage),
  }));
}
