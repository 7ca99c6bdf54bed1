/** Reads an answer with scores, as vLLM gives them. */
import type { AnswerFacts } from "../answer-facts.ts";
import { readInputAnswer } from "../read-input-answer.ts";

export function readScoreAnswer(body: Buffer): AnswerFacts {
  return readInputAnswer(body);
}
