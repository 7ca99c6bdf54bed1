/** xAI: no finish reason until there is one; reasoning is counted beside the completion, not in it. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"de9d896d-e946-b3a7-bb14-75ab33326930","object":"chat.completion.chunk","created":1770774064,"model":"grok-3-mini"`;
const TAIL = `"system_fingerprint":"fp_2a885414fb"`;

function choice(delta: string, finish = ""): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta}${finish}}],${TAIL}}`;
}

const REASONING: RecordedStream = {
  name: "xai, reasoning, tool call as a whole",
  bytes: events(
    choice(`{"reasoning_content":"First","role":"assistant"}`),
    choice(`{"reasoning_content":","}`),
    choice(`{"reasoning_content":" the"}`),
    choice(
      `{"tool_calls":[{"id":"call_55117580","function":{"name":"weather","arguments":"{\\"location\\":\\"San Francisco\\"}"},"index":0,"type":"function"}]}`,
    ),
    choice(`{}`, `,"finish_reason":"tool_calls"`),
    `{${HEAD},"choices":[],"usage":{"prompt_tokens":291,"completion_tokens":26,"total_tokens":513,"prompt_tokens_details":{"text_tokens":291,"audio_tokens":0,"image_tokens":0,"cached_tokens":290},"completion_tokens_details":{"reasoning_tokens":196,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0},"num_sources_used":0,"cost_in_usd_ticks":1330500},${TAIL}}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "tool_calls",
  usage: usage(291, 222, {
    cachedInputTokens: 290,
    reasoningTokens: 196,
    audioInputTokens: 0,
    audioOutputTokens: 0,
  }),
};

function countedChoice(delta: string, tokens: number, finish = ""): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta}${finish}}],"usage":{"prompt_tokens":38,"completion_tokens":${tokens},"total_tokens":${38 + tokens},"prompt_tokens_details":{"text_tokens":38,"audio_tokens":0,"image_tokens":0,"cached_tokens":0}},${TAIL}}`;
}

const CONTINUOUS_USAGE: RecordedStream = {
  name: "xai, older, usage in every event",
  bytes: events(
    countedChoice(`{"content":"Coca","role":"assistant"}`, 1),
    countedChoice(`{"content":"-Cola","role":"assistant"}`, 2),
    countedChoice(`{"content":"","role":"assistant"}`, 2, `,"finish_reason":"stop"`),
    "[DONE]",
  ),
  chunks: 2,
  finishReason: "stop",
  usage: usage(38, 2, { cachedInputTokens: 0, audioInputTokens: 0 }),
};

export const XAI_STREAMS: readonly RecordedStream[] = [REASONING, CONTINUOUS_USAGE];
