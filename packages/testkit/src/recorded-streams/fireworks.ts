/** Fireworks: several tokens an event, usage with the finish reason whether asked for or not. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

function choice(delta: string, finishReason = "null", counts = "null"): string {
  return `{"id":"3745da23-2db2-45a1-8ea5-2a09bbdb6a33","object":"chat.completion.chunk","created":1758920389,"model":"accounts/fireworks/models/llama-v3p1-8b-instruct","choices":[{"index":0,"delta":${delta},"finish_reason":${finishReason}}],"usage":${counts}}`;
}

export const FIREWORKS_STREAMS: readonly RecordedStream[] = [
  {
    name: "fireworks, usage with the finish reason",
    bytes: events(
      choice(`{"role":"assistant"}`),
      choice(`{"content":"The Latin"}`),
      choice(`{"content":" name"}`),
      choice(
        `{}`,
        `"stop"`,
        `{"prompt_tokens":22,"total_tokens":31,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":0}}`,
      ),
      "[DONE]",
    ),
    chunks: 2,
    finishReason: "stop",
    usage: usage(22, 9, { cachedInputTokens: 0 }),
  },
];
