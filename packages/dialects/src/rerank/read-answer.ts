/**
 * Reads an answer with ranked documents: Jina's and vLLM's `usage`, Cohere's `meta`, and the bare list of
 * text-embeddings-inference, which reports no usage.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { asObject } from "../json-value.ts";
import { readAnswerObject } from "../read-answer-object.ts";
import { readInputUsage } from "../read-usage.ts";

export function readRerankAnswer(body: Buffer): AnswerFacts {
  return readAnswerObject(body, ({ usage, meta }) => ({
    type: "answer",
    finishReason: undefined,
    usage: readInputUsage(usage ?? asObject(meta)?.["tokens"]),
  }));
}
