/** Anthropic's OpenAI-compatible endpoint: an id in the first event only, a usage without details. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

function choice(delta: string, id = "", finish = ""): string {
  return `{"id":"${id}","choices":[{"index":0,"delta":${delta}${finish}}],"created":1770995942,"model":"claude-3-5-haiku-20241022","object":"chat.completion.chunk","usage":null}`;
}

export const ANTHROPIC_STREAMS: readonly RecordedStream[] = [
  {
    name: "anthropic, usage asked for",
    bytes: events(
      choice(`{"content":"","role":"assistant","refusal":null}`, "msg_01MuATe8QKEhnksWHddPGVMD"),
      choice(`{"content":"I want","role":"assistant","refusal":null}`),
      choice(`{"content":" to help","role":"assistant","refusal":null}`),
      choice(`{}`, "", `,"finish_reason":"stop"`),
      `{"id":"","choices":[],"created":1770995942,"model":"claude-3-5-haiku-20241022","object":"chat.completion.chunk","usage":{"prompt_tokens":12,"completion_tokens":6,"total_tokens":18}}`,
      "[DONE]",
    ),
    chunks: 2,
    finishReason: "stop",
    usage: usage(12, 6),
  },
];
