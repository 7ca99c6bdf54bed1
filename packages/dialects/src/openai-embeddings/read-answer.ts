/**
 * Reads an answer with embeddings.
 *
 * Source: `CreateEmbeddingResponse` in OpenAI's OpenAPI file.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { readInputAnswer } from "../read-input-answer.ts";

export function readEmbeddingsAnswer(body: Buffer): AnswerFacts {
  return readInputAnswer(body);
}
