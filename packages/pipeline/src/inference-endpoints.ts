/** One row per inference endpoint with a JSON body and a JSON or event-stream answer. */
import { readAnswer } from "@slipstream/dialects/openai-chat/read-answer";
import { readCompletionAnswer } from "@slipstream/dialects/openai-completions/read-answer";
import { readEmbeddingsAnswer } from "@slipstream/dialects/openai-embeddings/read-answer";
import { readImageAnswer } from "@slipstream/dialects/openai-images/read-answer";
import { readModerationAnswer } from "@slipstream/dialects/openai-moderations/read-answer";
import { readRerankAnswer } from "@slipstream/dialects/rerank/read-answer";
import { readScoreAnswer } from "@slipstream/dialects/score/read-answer";
import { CHAT_STREAM, COMPLETION_STREAM, IMAGE_STREAM } from "@slipstream/dialects/stream-dialects";
import { checkInputs, checkMessages } from "./body-rules.ts";
import type { InferenceEndpoint } from "./inference-endpoint.ts";

export const CHAT_COMPLETIONS: InferenceEndpoint = {
  operation: "chat",
  path: "/chat/completions",
  body: { type: "json", check: checkMessages },
  answer: { type: "json", readAnswer, stream: CHAT_STREAM },
};

export const COMPLETIONS: InferenceEndpoint = {
  operation: "text_completion",
  path: "/completions",
  body: { type: "json", check: checkInputs("prompt") },
  answer: { type: "json", readAnswer: readCompletionAnswer, stream: COMPLETION_STREAM },
};

export const EMBEDDINGS: InferenceEndpoint = {
  operation: "embeddings",
  path: "/embeddings",
  body: { type: "json", check: checkInputs("input") },
  answer: { type: "json", readAnswer: readEmbeddingsAnswer, stream: undefined },
};

/** Jina's and Cohere's, as vLLM and others serve it. */
export const RERANK: InferenceEndpoint = {
  operation: "rerank",
  path: "/rerank",
  body: { type: "json", check: checkInputs("query", "documents") },
  answer: { type: "json", readAnswer: readRerankAnswer, stream: undefined },
};

/** vLLM's. */
export const SCORE: InferenceEndpoint = {
  operation: "score",
  path: "/score",
  body: { type: "json", check: () => undefined },
  answer: { type: "json", readAnswer: readScoreAnswer, stream: undefined },
};

export const MODERATIONS: InferenceEndpoint = {
  operation: "moderation",
  path: "/moderations",
  body: { type: "json", check: checkInputs("input") },
  answer: { type: "json", readAnswer: readModerationAnswer, stream: undefined },
};

export const IMAGES_GENERATIONS: InferenceEndpoint = {
  operation: "image_generation",
  path: "/images/generations",
  body: { type: "json", check: checkInputs("prompt") },
  answer: { type: "json", readAnswer: readImageAnswer, stream: IMAGE_STREAM },
};
