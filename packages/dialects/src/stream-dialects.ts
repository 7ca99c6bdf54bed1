/** The kinds of streams of the OpenAI family. */
import type { StreamDialect } from "@slipstream/contracts/chunk";
import { readChunk } from "./openai-chat/read-chunk.ts";
import { readOutputTokens } from "./openai-chat/output-tokens.ts";
import { readErrorEvent } from "./openai-chat/read-stream-error.ts";
import { findUsageSpan } from "./openai-chat/usage-span.ts";
import { readCompletionChunk } from "./openai-completions/read-chunk.ts";
import { readImageChunk } from "./openai-images/read-chunk.ts";
import { readTranscriptionChunk } from "./openai-transcriptions/read-chunk.ts";

const DONE_EVENT = Buffer.from("data: [DONE]\n\n");
const NO_DONE_EVENT = Buffer.alloc(0);
const SHARED = { readError: readErrorEvent, findUsageSpan, readOutputTokens } as const;

export const CHAT_STREAM: StreamDialect = {
  ...SHARED,
  readChunk,
  hasStreamOptions: true,
  doneEvent: DONE_EVENT,
};

export const COMPLETION_STREAM: StreamDialect = {
  ...SHARED,
  readChunk: readCompletionChunk,
  hasStreamOptions: true,
  doneEvent: DONE_EVENT,
};

export const IMAGE_STREAM: StreamDialect = {
  ...SHARED,
  readChunk: readImageChunk,
  hasStreamOptions: false,
  doneEvent: NO_DONE_EVENT,
};

export const TRANSCRIPTION_STREAM: StreamDialect = {
  ...SHARED,
  readChunk: readTranscriptionChunk,
  hasStreamOptions: false,
  doneEvent: NO_DONE_EVENT,
};
