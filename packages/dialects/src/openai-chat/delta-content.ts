/**
 * What of a delta is content: text, reasoning, a refusal, a part of a tool call, audio, an image.
 *
 * `reasoning_content` (DeepSeek, SGLang, older vLLM), `reasoning` (OpenRouter, Groq, Ollama, newer vLLM)
 * and `images` (OpenRouter) are what others add to OpenAI's. Mistral's content may be a list of parts.
 */
import { asArray, asObject, countBytes, hasLength } from "../json-value.ts";
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

/**
 * Text, reasoning, a refusal, and names and arguments of tools, in bytes of UTF-8. Some servers write the
 * same reasoning under both of its names.
 */
export function countTextBytes(value: unknown): number {
  const delta = asObject(value);
  if (delta === undefined) return 0;
  const reasoning = [delta["reasoning_content"], delta["reasoning"]].map(countBytes);
  const calls = [...toCalls(delta), asObject(delta["function_call"])];
  return (
    countPartBytes(delta["content"]) +
    Math.max(...reasoning) +
    countBytes(delta["refusal"]) +
    calls.reduce((bytes, call) => bytes + countCallBytes(call), 0)
  );
}

/** A text, or Mistral's list of parts: text, or thinking, which is such a list again. */
function countPartBytes(content: unknown): number {
  if (typeof content === "string") return countBytes(content);
  return asArray(content).reduce<number>((bytes, part) => {
    const { text, thinking } = asObject(part) ?? {};
    return bytes + countBytes(text) + countPartBytes(thinking);
  }, 0);
}

function countCallBytes(call: JsonObject | undefined): number {
  const words = call && (asObject(call["function"]) ?? asObject(call["custom"]) ?? call);
  if (words === undefined) return 0;
  const { name, arguments: given, input } = words;
  const object = asObject(given);
  const written = object === undefined ? given : JSON.stringify(object);
  return countBytes(name) + countBytes(written) + countBytes(input);
}

function findCallKey(delta: JsonObject): string | undefined {
  const hasPart = toCalls(delta).some(hasCallPart) || hasWords(asObject(delta["function_call"]));
  return hasPart ? "arguments" : undefined;
}

/** Older TGI sends one call where others have a list. */
function toCalls(delta: JsonObject): readonly (JsonObject | undefined)[] {
  const calls = delta["tool_calls"];
  return Array.isArray(calls) ? calls.map(asObject) : [asObject(calls)];
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
