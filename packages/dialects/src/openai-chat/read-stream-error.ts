/**
 * An error inside a stream, in the shapes that servers of this dialect use: OpenAI's `{"error": {…}}`,
 * the bare string of older servers, vLLM's `{"object": "error", "message": …, "code": 400}` and the
 * `{"type": "error", "message": …}` of streams whose events have types.
 */
import type { StreamError } from "@slipstream/contracts/chunk";
import { asObject, asText, parseObject } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

export function readStreamError(chunk: JsonObject): StreamError | undefined {
  const error = chunk["error"];
  if (chunk["object"] === "error" || chunk["type"] === "error") {
    return toStreamError(asObject(error) ?? chunk);
  }
  if (typeof error === "string") return { ...NO_WORDS, message: error };
  if (asObject(error) !== undefined) return toStreamError(asObject(error) ?? {});
  // `true`, a list, a number: not how anybody should say it, but said all the same.
  return isSaid(error) ? NO_WORDS : undefined;
}

/** An event that is called an error: `event: error`, or llama.cpp's `error: {…}`. */
export function readErrorEvent(data: Buffer): StreamError {
  const event = parseObject(data);
  if (event === undefined) return { ...NO_WORDS, message: data.toString("utf8") };
  return readStreamError(event) ?? toStreamError(event);
}

const NO_WORDS: StreamError = { message: "", code: undefined, status: undefined };

function isSaid(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== "";
}

function toStreamError(details: JsonObject): StreamError {
  return {
    message: asText(details["message"]) ?? "",
    code: asText(details["code"]),
    status: readStatus(details["code"]),
  };
}

/** The error of an answer whose status says that there is one; its body may be anything. */
export function readErrorBody(body: Buffer): StreamError | undefined {
  const answer = parseObject(body);
  return answer === undefined ? undefined : readStreamError(answer);
}

/** Some put an HTTP status where OpenAI has a word. */
function readStatus(code: unknown): number | undefined {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined;
}
