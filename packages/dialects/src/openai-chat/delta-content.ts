/**
 * What of a delta is content: text, reasoning, a refusal, a part of a tool call, audio, an image.
 *
 * `reasoning_content` (DeepSeek, SGLang, older vLLM), `reasoning` (OpenRouter, Groq, Ollama, newer vLLM)
 * and `images` (OpenRouter) are what others add to OpenAI's. Mistral's content may be a list of parts.
 */
import { asObject, hasLength } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";

/** Keys whose value is content, in the order in which they are looked for. */
const CONTENT_KEYS = ["content", "reasoning_content", "reasoning", "refusal", "images"] as const;
const AUDIO_KEYS = ["data", "transcript"] as const;

/** @returns the key whose value is content, `undefined` for a delta without any. */
export function findContentKey(value: unknown): string | undefined {
  const delta = asObject(value);
  if (delta === undefined) return undefined;
  return (
    CONTENT_KEYS.find((key) => hasLength(delta[key])) ??
    findCallKey(delta) ??
    AUDIO_KEYS.find((key) => hasLength(asObject(delta["audio"])?.[key]))
  );
}

function findCallKey(delta: JsonObject): string | undefined {
  const calls = delta["tool_calls"];
  // Older TGI sends one call where others have a list.
  const parts = Array.isArray(calls) ? calls.map(asObject) : [asObject(calls)];
  const hasPart = parts.some(hasCallPart) || hasWords(asObject(delta["function_call"]));
  return hasPart ? "arguments" : undefined;
}

/** A name, arguments or an id; vLLM ends with a part that has none of them. */
function hasCallPart(call: JsonObject | undefined): boolean {
  if (call === undefined) return false;
  return (
    hasLength(call["id"]) ||
    hasWords(asObject(call["function"])) ||
    hasWords(asObject(call["custom"]))
  );
}

/** Some send the arguments as an object. */
function hasWords(call: JsonObject | undefined): boolean {
  return (
    call !== undefined &&
    Object.values(call).some((part) => hasLength(part) || asObject(part) !== undefined)
  );
}
