/** One row per inference endpoint with a JSON body and a JSON or event-stream answer. */
import { readAnswer } from "@slipstream/dialects/openai-chat/read-answer";
import { readChunk } from "@slipstream/dialects/openai-chat/read-chunk";
import { findUsageSpan } from "@slipstream/dialects/openai-chat/usage-span";
import { checkInputs, checkMessages } from "./body-rules.ts";
import type { InferenceEndpoint } from "./inference-endpoint.ts";

export const CHAT_COMPLETIONS: InferenceEndpoint = {
  operation: "chat",
  path: "/chat/completions",
  check: checkMessages,
  readAnswer,
  stream: { readChunk, findUsageSpan },
};

export const COMPLETIONS: InferenceEndpoint = {
  operation: "text_completion",
  path: "/completions",
  check: checkInputs("prompt"),
  readAnswer,
  stream: { readChunk, findUsageSpan },
};

export const EMBEDDINGS: InferenceEndpoint = {
  operation: "embeddings",
  path: "/embeddings",
  check: checkInputs("input"),
  readAnswer,
  stream: undefined,
};

/** Jina's and Cohere's, as vLLM and others serve it. */
export const RERANK: InferenceEndpoint = {
  operation: "rerank",
  path: "/rerank",
  check: checkInputs("query", "documents"),
  readAnswer,
  stream: undefined,
};

/** vLLM's. */
export const SCORE: InferenceEndpoint = {
  operation: "score",
  path: "/score",
  check: () => undefined,
  readAnswer,
  stream: undefined,
};

export const MODERATIONS: InferenceEndpoint = {
  operation: "moderation",
  path: "/moderations",
  check: checkInputs("input"),
  readAnswer,
  stream: undefined,
};

export const IMAGES_GENERATIONS: InferenceEndpoint = {
  operation: "image_generation",
  path: "/images/generations",
  check: checkInputs("prompt"),
  readAnswer,
  stream: undefined,
};
