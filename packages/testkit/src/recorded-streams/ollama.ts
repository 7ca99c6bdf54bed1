/** Ollama's `/v1`: every delta has the role and a content, also where it is empty; calls come whole. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"chatcmpl-801","object":"chat.completion.chunk","created":1789103128,"model":"qwen3.5:4b","system_fingerprint":"fp_ollama"`;

function choice(delta: string, finishReason = "null"): string {
  return `{${HEAD},"choices":[{"index":0,"delta":{"role":"assistant",${delta}},"finish_reason":${finishReason}}]}`;
}

const REASONING: RecordedStream = {
  name: "ollama, reasoning, usage asked for",
  bytes: events(
    choice(`"content":"","reasoning":"The"`),
    choice(`"content":"","reasoning":" user"`),
    choice(`"content":"My"`),
    choice(`"content":" name"`),
    choice(`"content":""`, `"stop"`),
    `{${HEAD},"choices":[],"usage":{"prompt_tokens":292,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens":67,"total_tokens":359}}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(292, 67, { cachedInputTokens: 0 }),
};

const TOOL_CALL: RecordedStream = {
  name: "ollama, tool call",
  bytes: events(
    choice(
      `"content":"","tool_calls":[{"id":"call_z6ed1hvv","index":0,"type":"function","function":{"name":"list_windows","arguments":"{}"}}]`,
    ),
    choice(`"content":""`, `"tool_calls"`),
    "[DONE]",
  ),
  chunks: 1,
  finishReason: "tool_calls",
  usage: undefined,
};

export const OLLAMA_STREAMS: readonly RecordedStream[] = [REASONING, TOOL_CALL];
