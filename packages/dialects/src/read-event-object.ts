/** What all events of the OpenAI family have in common: one JSON object, which may be an error, or the end. */
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import { parseObject } from "./json-value.ts";
import type { JsonObject } from "./json-value.ts";
import { readStreamError } from "./openai-chat/read-stream-error.ts";

const DONE = "[DONE]";

/** @param read Reads an event that is not an error. */
export function readEventObject(data: Buffer, read: (event: JsonObject) => ChunkFacts): ChunkFacts {
  const text = data.toString("utf8");
  if (text.trim() === DONE) return { type: "done" };
  const event = parseObject(text);
  if (event === undefined) return { type: "unreadable" };
  const error = readStreamError(event);
  return error === undefined ? read(event) : { type: "error", error };
}
