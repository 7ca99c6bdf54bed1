/**
 * Reads one event of a streamed chat completion.
 *
 * Source: `CreateChatCompletionStreamResponse` in OpenAI's OpenAPI file; `reasoning_content`
 * (DeepSeek, vLLM, SGLang) and `reasoning` (OpenRouter, Groq, newer vLLM) are what others add to it.
 */
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import { asArray, asObject, asText, parseJson } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { findContentShape } from "./content-shape.ts";
import { readStreamError } from "./read-stream-error.ts";
import { readUsage } from "./read-usage.ts";

const DONE = "[DONE]";

/** Keys of a delta whose string is content, in the order in which they are looked for. */
const TEXT_KEYS = ["content", "reasoning_content", "reasoning", "refusal"] as const;

export function readChunk(data: Buffer): ChunkFacts {
  const text = data.toString("utf8");
  if (text.trim() === DONE) return { type: "done" };
  const chunk = asObject(parseJson(text));
  if (chunk === undefined) return { type: "unreadable" };
  const error = readStreamError(chunk);
  if (error !== undefined) return { type: "error", error };

  const choices = asArray(chunk["choices"]).map(asObject);
  const contentKey = choices.map((choice) => findContentKey(choice?.["delta"])).find(Boolean);
  const usage = readUsage(chunk["usage"]);
  return {
    type: "chunk",
    hasContent: contentKey !== undefined,
    shape: contentKey === undefined ? undefined : findContentShape(data, contentKey),
    finishReason: choices.map((choice) => asText(choice?.["finish_reason"])).find(Boolean),
    usage,
    isUsageOnly: choices.length === 0 && usage !== undefined,
  };
}

/** @returns the key whose value is content, `undefined` for a delta without any. */
function findContentKey(value: unknown): string | undefined {
  const delta = asObject(value);
  if (delta === undefined) return undefined;
  const textKey = TEXT_KEYS.find((key) => hasLength(delta[key]));
  if (textKey !== undefined) return textKey;
  if (asArray(delta["tool_calls"]).length > 0 || asObject(delta["function_call"]) !== undefined) {
    return "arguments";
  }
  return hasAudio(asObject(delta["audio"])) ? "data" : undefined;
}

function hasLength(value: unknown): boolean {
  return (typeof value === "string" || Array.isArray(value)) && value.length > 0;
}

function hasAudio(audio: JsonObject | undefined): boolean {
  return hasLength(audio?.["data"]) || hasLength(audio?.["transcript"]);
}
