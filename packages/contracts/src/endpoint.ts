/** A path of our API, as metric label and log field. `unknown` is whatever we do not serve. */
export const ENDPOINTS = [
  "chat_completions",
  "completions",
  "embeddings",
  "rerank",
  "score",
  "moderations",
  "images_generations",
  "images_edits",
  "audio_transcriptions",
  "audio_translations",
  "audio_speech",
  "models",
  "unknown",
] as const;

export type EndpointName = (typeof ENDPOINTS)[number];

/**
 * What is asked of a model; an endpoint without inference has none.
 *
 * The first three are values of OpenTelemetry's `gen_ai.operation.name`, the others our own in its
 * manner.
 */
export type OperationName =
  | "chat"
  | "text_completion"
  | "embeddings"
  | "rerank"
  | "score"
  | "moderation"
  | "image_generation"
  | "image_edit"
  | "transcription"
  | "translation"
  | "speech";
