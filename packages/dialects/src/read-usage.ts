/**
 * Usage as OpenAI and those who speak like it report it, in both of its namings: `prompt_tokens` of
 * chat and completions, `input_tokens` of responses, images and transcriptions.
 *
 * Source: `CompletionUsage`, `ResponseUsage` and `TranscriptTextUsageTokens` in OpenAI's OpenAPI file;
 * what others call their counts is named where it is read.
 */
import type { Usage } from "@slipstream/contracts/usage";
import { asObject } from "./json-value.ts";
import type { JsonObject } from "./json-value.ts";
import { isSuspectCount, readCount } from "./read-count.ts";

/** Transcriptions spell it without the plural. */
const INPUT_DETAILS = ["prompt_tokens_details", "input_tokens_details", "input_token_details"];
const OUTPUT_DETAILS = [
  "completion_tokens_details",
  "output_tokens_details",
  "output_token_details",
];

/** Counts as they were reported: anything. */
type ReportedCounts = Readonly<Record<Exclude<keyof Usage, "isSuspect">, unknown>>;

/** @returns `undefined` when there is no usage object at all. */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const counts = findCounts(usage);
  const isSuspect = Object.values(counts).some(isSuspectCount);
  return {
    inputTokens: readCount(counts.inputTokens),
    outputTokens: isSuspect ? readCount(counts.outputTokens) : readOutputTokens(usage, counts),
    cachedInputTokens: readCount(counts.cachedInputTokens),
    reasoningTokens: readCount(counts.reasoningTokens),
    audioInputTokens: readCount(counts.audioInputTokens),
    audioOutputTokens: readCount(counts.audioOutputTokens),
    isSuspect,
  };
}

/**
 * Usage of endpoints that generate nothing. Jina, Voyage and vLLM's rerank report the total alone,
 * which then is the input.
 */
export function readInputUsage(value: unknown): Usage | undefined {
  const usage = asObject(value);
  if (usage === undefined) return undefined;
  const input = usage["prompt_tokens"] ?? usage["input_tokens"] ?? usage["total_tokens"];
  return readUsage({ ...usage, prompt_tokens: input });
}

function findCounts(usage: JsonObject): ReportedCounts {
  const input = findDetails(usage, INPUT_DETAILS);
  const output = findDetails(usage, OUTPUT_DETAILS);
  return {
    inputTokens: usage["prompt_tokens"] ?? usage["input_tokens"],
    outputTokens: usage["completion_tokens"] ?? usage["output_tokens"],
    cachedInputTokens: input["cached_tokens"] ?? findCachedTokens(usage),
    // SGLang has it beside the other counts.
    reasoningTokens: output["reasoning_tokens"] ?? usage["reasoning_tokens"],
    audioInputTokens: input["audio_tokens"],
    audioOutputTokens: output["audio_tokens"],
  };
}

function findDetails(usage: JsonObject, keys: readonly string[]): JsonObject {
  return keys.map((key) => asObject(usage[key])).find(Boolean) ?? {};
}

/** DeepSeek's, Anthropic's and Moonshot's name for it. */
function findCachedTokens(usage: JsonObject): unknown {
  return (
    usage["prompt_cache_hit_tokens"] ?? usage["cache_read_input_tokens"] ?? usage["cached_tokens"]
  );
}

/**
 * xAI and Gemini leave reasoning out of the completion: what the total counts beyond prompt and
 * completion is output that they bill. Gemini does not even report it as reasoning. Where Anthropic's
 * cache counts are, the total may hold those instead.
 */
function readOutputTokens(usage: JsonObject, counts: ReportedCounts): number | undefined {
  const output = readCount(counts.outputTokens);
  const input = readCount(counts.inputTokens);
  const total = usage["total_tokens"];
  const isTotal = typeof total === "number" && !isSuspectCount(total);
  if (output === undefined || input === undefined || !isTotal) return output;
  const beyond = total - input - output;
  const reasoning = readCount(counts.reasoningTokens) ?? beyond;
  const hasCacheCounts = "cache_read_input_tokens" in usage;
  return beyond > 0 && beyond === reasoning && !hasCacheCounts ? output + beyond : output;
}
