/** Mistral: `p` pads the events; usage comes with the finish reason; reasoning is a list of parts. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

function choice(delta: string, finishReason = "null", more = ""): string {
  return `{"id":"b5810ef13dbb4811a20d34e1393d8431","object":"chat.completion.chunk","created":1787865810,"model":"magistral-medium-2507","choices":[{"index":0,"delta":${delta},"finish_reason":${finishReason}}]${more}}`;
}

const REASONING: RecordedStream = {
  name: "mistral, reasoning in parts, then text",
  bytes: events(
    choice(`{"role":"assistant","content":""}`),
    choice(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Two"}]}]}`),
    choice(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":" and two"}]}]}`),
    choice(`{"content":"4"}`, "null", `,"p":"abcdefghijklmnopqrstuvwxyz0123456789"`),
    choice(`{"content":"."}`, "null", `,"p":"abcd"`),
    choice(
      `{"content":""}`,
      `"stop"`,
      `,"usage":{"prompt_tokens":19,"total_tokens":65,"completion_tokens":46,"prompt_tokens_details":{"cached_tokens":0},"service_tier":"standard"},"p":"abcdef"`,
    ),
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(19, 46, { cachedInputTokens: 0 }),
};

const TOOL_CALL: RecordedStream = {
  name: "mistral, tool call as a whole with the finish reason",
  bytes: events(
    choice(`{"role":"assistant","content":""}`),
    choice(
      `{"tool_calls":[{"id":"yfBEybNYi","function":{"name":"get_weather","arguments":"{\\"city\\": \\"Lyon\\"}"},"index":0}]}`,
      `"tool_calls"`,
      `,"usage":{"prompt_tokens":94,"total_tokens":117,"completion_tokens":23}`,
    ),
    "[DONE]",
  ),
  chunks: 1,
  finishReason: "tool_calls",
  usage: usage(94, 23),
};

export const MISTRAL_STREAMS: readonly RecordedStream[] = [REASONING, TOOL_CALL];
