/**
 * Reads the verdict of a moderation. OpenAI reports no usage; others who serve it do.
 *
 * Source: `CreateModerationResponse` in OpenAI's OpenAPI file.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { readInputAnswer } from "../read-input-answer.ts";

export function readModerationAnswer(body: Buffer): AnswerFacts {
  return readInputAnswer(body);
}
