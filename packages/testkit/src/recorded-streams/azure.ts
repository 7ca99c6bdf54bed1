/**
 * Azure OpenAI: keys in alphabetical order; the first event has no choices, only what the filter says of
 * the prompt; with the asynchronous filter there are choices without a delta, also behind the end.
 */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const SAFE = `"hate":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}`;
const TAIL = `"created":1741899757,"id":"chatcmpl-BAjzJVIrRwGlX92gCGAvb29W5JMjA","model":"gpt-4o-2024-08-06","object":"chat.completion.chunk","system_fingerprint":"fp_ded0d14823"`;
const PROMPT = `{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{${SAFE},"jailbreak":{"detected":false,"filtered":false}}}]}`;

function choice(delta: string, filter = "", finishReason = "null"): string {
  return `{"choices":[{"content_filter_results":{${filter}},"delta":${delta},"finish_reason":${finishReason},"index":0,"logprobs":null}],${TAIL},"usage":null}`;
}

const FILTERED_FIRST: RecordedStream = {
  name: "azure openai, filter before each piece, usage asked for",
  bytes: events(
    PROMPT,
    choice(`{"content":"","refusal":null,"role":"assistant"}`),
    choice(`{"content":"Hello"}`, SAFE),
    choice(`{"content":" there"}`, SAFE),
    choice(`{}`, "", `"stop"`),
    `{"choices":[],${TAIL},"usage":{"completion_tokens":2,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,"reasoning_tokens":0,"rejected_prediction_tokens":0},"prompt_tokens":9,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":0},"total_tokens":11}}`,
    "[DONE]",
  ),
  chunks: 2,
  finishReason: "stop",
  usage: usage(9, 2, {
    cachedInputTokens: 0,
    reasoningTokens: 0,
    audioInputTokens: 0,
    audioOutputTokens: 0,
  }),
};

function asyncChoice(delta: string, finishReason = "null"): string {
  return `{"choices":[{"delta":${delta},"finish_reason":${finishReason},"index":0,"logprobs":null}],${TAIL}}`;
}

function annotation(checked: number): string {
  return `{"choices":[{"content_filter_offsets":{"check_offset":${checked},"start_offset":${checked},"end_offset":${checked + 6}},"content_filter_results":{${SAFE}},"finish_reason":null,"index":0}],"created":0,"id":"","model":"","object":""}`;
}

const FILTERED_LATER: RecordedStream = {
  name: "azure openai, asynchronous filter",
  bytes: events(
    PROMPT,
    asyncChoice(`{"content":"","refusal":null,"role":"assistant"}`),
    asyncChoice(`{"content":"Hello"}`),
    annotation(44),
    asyncChoice(`{"content":" there"}`),
    asyncChoice(`{}`, `"stop"`),
    annotation(50),
    "[DONE]",
  ),
  chunks: 2,
  finishReason: "stop",
  usage: undefined,
};

export const AZURE_STREAMS: readonly RecordedStream[] = [FILTERED_FIRST, FILTERED_LATER];
