/** What all events of the OpenAI family have in common: one JSON object, which may be an error, or the end. */
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import { parseObject } from "./json-value.ts";
import type { JsonObject } from "./json-value.ts";
import { readStreamError } from "./openai-chat/read-stream-error.ts";

const DONE = "[DONE]";
/** With white space around it: nobody has been seen to write more. */
const DONE_BYTES_MAX = 64;

/** @param read Reads an event that is not an error. */
export function readEventObject(data: Buffer, read: (event: JsonObject) => ChunkFacts): ChunkFacts {
  if (data.length <= DONE_BYTES_MAX && data.toString("latin1").trim() === DONE)
    return { type: "done" };
  const event = parseObject(data);
  if (event === undefined) return { type: "unreadable" };
  const error = readStreamError(event);
  return error === undefined ? read(event) : { type: "error", error };
}
