/**
 * Token counts where nobody has counted. Rough, and rather too high than too low.
 */
import type { OperationName } from "@slipstream/contracts/endpoint";
import type { ContentAmount, EndedRequest } from "@slipstream/contracts/request-events";
import { boundTokens } from "./token-count.ts";

/**
 * Bytes of UTF-8 per token. English text has about four, other scripts and code two to four, but a body is
 * JSON, whose syntax and parameters are bytes without tokens. For images in base64 it is much too high.
 */
const BYTES_PER_TOKEN = 4;

/** What a body is made of: `text` is tokens in the end; `other` is pictures, sound, scores or vectors. */
interface Bodies {
  readonly request: "text" | "other";
  readonly answer: "text" | "other";
}

const BODIES: Readonly<Record<OperationName, Bodies>> = {
  chat: { request: "text", answer: "text" },
  text_completion: { request: "text", answer: "text" },
  embeddings: { request: "text", answer: "other" },
  rerank: { request: "text", answer: "other" },
  score: { request: "text", answer: "other" },
  moderation: { request: "text", answer: "other" },
  image_generation: { request: "text", answer: "other" },
  image_edit: { request: "other", answer: "other" },
  transcription: { request: "other", answer: "text" },
  translation: { request: "other", answer: "text" },
  speech: { request: "text", answer: "other" },
};

/** What an estimate is made from. */
export interface MeasuredRequest extends EndedRequest {
  readonly operation: OperationName;
}

/** @returns `null` when there is nothing to go by. */
export function estimateInput({ operation, requestBytes }: MeasuredRequest): number | null {
  if (BODIES[operation].request !== "text" || requestBytes === 0) return null;
  return boundTokens(requestBytes / BYTES_PER_TOKEN);
}

/**
 * The chunks of a stream, each of which is at least one token, or its text, whichever is more: where servers
 * send several tokens at once, a chunk may hold thousands. What was thought and not shown is not in it.
 */
export function estimateContent({ chunks, textBytes }: ContentAmount): number {
  return boundTokens(Math.max(chunks, textBytes / BYTES_PER_TOKEN));
}

/** @returns `null` when there is nothing to go by. */
export function estimateOutput(request: MeasuredRequest): number | null {
  const { operation, stream, answerBytes } = request;
  if (BODIES[operation].answer !== "text") return null;
  if (stream !== undefined) return estimateContent(stream);
  return answerBytes === undefined ? null : boundTokens(answerBytes / BYTES_PER_TOKEN);
}
