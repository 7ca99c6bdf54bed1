/** OpenAI: `obfuscation` pads every event, `usage` is null until the last when it was asked for. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-2025-04-14","service_tier":"default","system_fingerprint":"fp_daf5fcc80a"`;

function choice(delta: string, finishReason = "null", index = 0): string {
  return `{${HEAD},"choices":[{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}],"usage":null,"obfuscation":"x7Jq0"}`;
}

const TEXT: RecordedStream = {
  name: "openai, usage asked for",
  bytes: events(
    choice(`{"role":"assistant","content":"","refusal":null}`),
    choice(`{"content":"Grüße"}`),
    choice(`{"content":" aus 東京"}`),
    choice(`{"content":" 👩🏽‍🚀\\n\\n"}`),
    choice(`{"content":"\\"data: [DONE]\\""}`),
    choice(`{}`, `"stop"`),
    `{${HEAD},"choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":16,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":4,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"obfuscation":""}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(19, 10, {
    cachedInputTokens: 16,
    reasoningTokens: 4,
    audioInputTokens: 0,
    audioOutputTokens: 0,
  }),
};

const TOOLS: RecordedStream = {
  name: "openai, two tool calls",
  bytes: events(
    choice(`{"role":"assistant","content":null}`),
    choice(
      `{"tool_calls":[{"index":0,"id":"call_DdmO9pD3xa9XTPNJ32zg2hcA","type":"function","function":{"name":"get_weather","arguments":""}}]}`,
    ),
    choice(`{"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\":"}}]}`),
    choice(`{"tool_calls":[{"index":0,"function":{"arguments":"\\"Paris\\"}"}}]}`),
    choice(
      `{"tool_calls":[{"index":1,"id":"call_7tY1","type":"function","function":{"name":"get_time","arguments":""}}]}`,
    ),
    choice(`{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}`),
    choice(`{}`, `"tool_calls"`),
    "[DONE]",
  ),
  chunks: 5,
  finishReason: "tool_calls",
  usage: undefined,
};

/** n=2: the events of two answers alternate; one usage counts both. */
const TWO_CHOICES: RecordedStream = {
  name: "openai, two choices, usage asked for",
  bytes: events(
    choice(`{"role":"assistant","content":"","refusal":null}`),
    choice(`{"content":"a"}`),
    choice(`{"role":"assistant","content":"","refusal":null}`, "null", 1),
    choice(`{"content":"b"}`, "null", 1),
    choice(`{"content":"c"}`),
    choice(`{}`, `"stop"`),
    choice(`{"content":"d"}`, "null", 1),
    choice(`{}`, `"length"`, 1),
    `{${HEAD},"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":4,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"obfuscation":"bWq"}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "length",
  usage: usage(8, 4, {
    cachedInputTokens: 0,
    reasoningTokens: 0,
    audioInputTokens: 0,
    audioOutputTokens: 0,
  }),
};

const REASONING_HEAD = `"id":"chatcmpl-CHr2ZmK0sVQbHf4LdOe1tGyX8uWnP","object":"chat.completion.chunk","created":1758212345,"model":"o4-mini-2025-04-16","service_tier":"flex","system_fingerprint":null`;

/** Its reasoning is hidden: all of it was used up before a word was said. */
const HIDDEN_REASONING: RecordedStream = {
  name: "openai, o-series, hidden reasoning, cut off by the token limit",
  bytes: events(
    `{${REASONING_HEAD},"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null,"obfuscation":"1Zc"}`,
    `{${REASONING_HEAD},"choices":[{"index":0,"delta":{"content":"The"},"finish_reason":null}],"usage":null,"obfuscation":"k9T4"}`,
    `{${REASONING_HEAD},"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"usage":null,"obfuscation":"iQ"}`,
    `{${REASONING_HEAD},"choices":[],"usage":{"prompt_tokens":31,"completion_tokens":512,"total_tokens":543,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":511,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"obfuscation":"Hs6pY0n"}`,
    "[DONE]",
  ),
  chunks: 1,
  finishReason: "length",
  usage: usage(31, 512, {
    cachedInputTokens: 0,
    reasoningTokens: 511,
    audioInputTokens: 0,
    audioOutputTokens: 0,
  }),
};

export const OPENAI_STREAMS: readonly RecordedStream[] = [
  TEXT,
  TOOLS,
  TWO_CHOICES,
  HIDDEN_REASONING,
];
