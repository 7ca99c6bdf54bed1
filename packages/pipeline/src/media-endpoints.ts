/** One row per inference endpoint whose request or answer is a file. */
import { readImageAnswer } from "@slipstream/dialects/openai-images/read-answer";
import { readTranscriptionAnswer } from "@slipstream/dialects/openai-transcriptions/read-answer";
import { checkInputs } from "./body-rules.ts";
import type { InferenceEndpoint, MultipartForm } from "./inference-endpoint.ts";

/** What OpenAI takes, form and file together. */
const AUDIO: MultipartForm = { type: "multipart", bytesMax: 25 * 1024 * 1024 };
/** One picture of the size that OpenAI takes; several are smaller. */
const IMAGES: MultipartForm = { type: "multipart", bytesMax: 50 * 1024 * 1024 };

/** JSON, plain text, both kinds of subtitles, and events. */
const TEXTS = /^(?:application\/(?:json|x-subrip)|text\/(?:plain|vtt|srt|event-stream))\s*(?:;|$)/i;
const JSON_OR_EVENTS = /^(?:application\/json|text\/event-stream)\s*(?:;|$)/i;
const SOUNDS = /^(?:audio\/[\w.+-]+|application\/octet-stream|text\/event-stream)\s*(?:;|$)/i;

export const AUDIO_TRANSCRIPTIONS: InferenceEndpoint = {
  operation: "transcription",
  path: "/audio/transcriptions",
  body: AUDIO,
  answer: { type: "passed", mediaTypes: TEXTS, readJson: readTranscriptionAnswer },
};

export const AUDIO_TRANSLATIONS: InferenceEndpoint = {
  operation: "translation",
  path: "/audio/translations",
  body: AUDIO,
  answer: { type: "passed", mediaTypes: TEXTS, readJson: readTranscriptionAnswer },
};

export const AUDIO_SPEECH: InferenceEndpoint = {
  operation: "speech",
  path: "/audio/speech",
  body: { type: "json", check: checkInputs("input") },
  answer: { type: "passed", mediaTypes: SOUNDS, readJson: undefined },
};

export const IMAGES_EDITS: InferenceEndpoint = {
  operation: "image_edit",
  path: "/images/edits",
  body: IMAGES,
  answer: { type: "passed", mediaTypes: JSON_OR_EVENTS, readJson: readImageAnswer },
};
