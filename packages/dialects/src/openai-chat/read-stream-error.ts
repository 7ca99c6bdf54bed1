/**
 * An error inside a stream, in the shapes that servers of this dialect use: OpenAI's `{"error": {…}}`,
 * the bare string of older servers, and vLLM's `{"object": "error", "message": …, "code": 400}`.
 */
import type { StreamError } from "@slipstream/contracts/chunk";
import { asObject, asText, parseJson } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

export function readStreamError(chunk: JsonObject): StreamError | undefined {
  const error = chunk["error"];
  if (typeof error === "string") return { message: error, code: undefined, status: undefined };
  const details = asObject(error) ?? (chunk["object"] === "error" ? chunk : undefined);
  if (details === undefined) return undefined;
  return {
    message: asText(details["message"]) ?? "",
    code: asText(details["code"]),
    status: readStatus(details["code"]),
  };
}

/** The error of an answer whose status says that there is one; its body may be anything. */
export function readErrorBody(body: Buffer): StreamError | undefined {
  const answer = asObject(parseJson(body.toString("utf8")));
  return answer === undefined ? undefined : readStreamError(answer);
}

/** Some put an HTTP status where OpenAI has a word. */
function readStatus(code: unknown): number | undefined {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined;
}
