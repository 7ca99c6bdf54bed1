/**
 * An error inside a stream, in the shapes that servers of this dialect use: OpenAI's `{"error": {…}}`,
 * the bare string of older servers, and vLLM's `{"object": "error", "message": …, "code": 400}`.
 */
import type { StreamError } from "@slipstream/contracts/chunk";
import { asObject, asText } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

export function readStreamError(chunk: JsonObject): StreamError | undefined {
  const error = chunk["error"];
  if (typeof error === "string") return { message: error, status: undefined };
  const details = asObject(error) ?? (chunk["object"] === "error" ? chunk : undefined);
  if (details === undefined) return undefined;
  return { message: asText(details["message"]) ?? "", status: readStatus(details["code"]) };
}

/** Some put an HTTP status where OpenAI has a word. */
function readStatus(code: unknown): number | undefined {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined;
}
