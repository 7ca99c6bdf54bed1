/**
 * Usage as OpenAI and those who speak its dialect report it.
 *
 * Source: `CompletionUsage` in OpenAI's OpenAPI file.
 */
import type { Usage } from "@slipstream/contracts/usage";
import { asObject } from "../json-value.ts";

/** @returns `undefined` when there is no usage object at all. */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  return {
    inputTokens: readCount(usage["prompt_tokens"]),
    outputTokens: readCount(usage["completion_tokens"]),
    cachedInputTokens: readCount(asObject(usage["prompt_tokens_details"])?.["cached_tokens"]),
    reasoningTokens: readCount(asObject(usage["completion_tokens_details"])?.["reasoning_tokens"]),
  };
}

/** A count that is none (negative, a fraction, text, too large) was not reported. */
function readCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
