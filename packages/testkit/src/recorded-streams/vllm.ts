/** vLLM: fields that are null come and go between its versions. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"chatcmpl-8f3","object":"chat.completion.chunk","created":1741570283,"model":"meta-llama/Llama-3.3-70B-Instruct"`;

function countedChoice(delta: string, tokens: number, finishReason = "null"): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason},"token_ids":null}],"usage":{"prompt_tokens":42,"total_tokens":${42 + tokens},"completion_tokens":${tokens}}}`;
}

const CONTINUOUS_USAGE: RecordedStream = {
  name: "vllm, continuous usage, reasoning before the answer",
  bytes: events(
    countedChoice(`{"role":"assistant","content":""}`, 0),
    countedChoice(`{"reasoning_content":"Two"}`, 1),
    countedChoice(`{"reasoning_content":" plus two"}`, 3),
    countedChoice(`{"content":"4"}`, 4),
    countedChoice(`{"content":"."}`, 5),
    countedChoice(`{"content":""}`, 6, `"stop"`),
    `{${HEAD},"choices":[],"usage":{"prompt_tokens":42,"total_tokens":48,"completion_tokens":6}}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(42, 6),
};

function choice(delta: string, finish = `"finish_reason":null`): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta},"logprobs":null,${finish},"token_ids":null}]}`;
}

const FIRST = `{${HEAD},"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null}`;

/** The last words come together with the finish reason. */
const LAST_USAGE: RecordedStream = {
  name: "vllm, newer, `reasoning`, stopped by a stop word, usage at the end",
  bytes: events(
    FIRST,
    choice(`{"reasoning":"Count"}`),
    choice(`{"reasoning":" to three."}`),
    choice(`{"content":"1, 2,"}`),
    choice(`{"content":" 3"}`, `"finish_reason":"stop","stop_reason":"4"`),
    `{${HEAD},"choices":[],"usage":{"prompt_tokens":18,"total_tokens":29,"completion_tokens":11,"prompt_tokens_details":{"cached_tokens":16}}}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(18, 11, { cachedInputTokens: 16 }),
};

/** The name comes alone; the last part of the call is empty and comes with the finish reason. */
const TOOL_CALL: RecordedStream = {
  name: "vllm, tool call in parts",
  bytes: events(
    FIRST,
    choice(
      `{"reasoning":null,"tool_calls":[{"id":"chatcmpl-tool-ae0551b375a5cf47","type":"function","index":0,"function":{"name":"get_weather"}}]}`,
    ),
    choice(
      `{"reasoning":null,"tool_calls":[{"index":0,"function":{"arguments":"{\\"city\\": "}}]}`,
    ),
    choice(`{"reasoning":null,"tool_calls":[{"index":0,"function":{"arguments":"\\"Oslo\\"}"}}]}`),
    choice(
      `{"reasoning":null,"tool_calls":[{"index":0,"function":{"arguments":""}}]}`,
      `"finish_reason":"tool_calls","stop_reason":null`,
    ),
    "[DONE]",
  ),
  chunks: 3,
  finishReason: "tool_calls",
  usage: undefined,
};

const WHOLE_TOOL_CALL: RecordedStream = {
  name: "vllm, tool call as a whole behind a text with an empty list of calls",
  bytes: events(
    FIRST,
    choice(`{"content":"Looking.","tool_calls":[]}`),
    choice(
      `{"role":"assistant","tool_calls":[{"id":"chatcmpl-tool-90d1","type":"function","index":0,"function":{"name":"get_weather","arguments":"{\\"city\\": \\"Oslo\\"}"}}]}`,
    ),
    choice(`{"content":""}`, `"finish_reason":"tool_calls","stop_reason":128008`),
    "[DONE]",
  ),
  chunks: 2,
  finishReason: "tool_calls",
  usage: undefined,
};

export const VLLM_STREAMS: readonly RecordedStream[] = [
  CONTINUOUS_USAGE,
  LAST_USAGE,
  TOOL_CALL,
  WHOLE_TOOL_CALL,
];
