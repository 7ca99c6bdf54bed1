/** DeepSeek: comments while a request queues; of content and reasoning one is null; cache hits and misses. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"d6611601-c1b0-47ba-9dea-b05359fa7e24","object":"chat.completion.chunk","created":1787605943,"model":"deepseek-v4-pro","system_fingerprint":"a307abda487cd1b463329ccb945ce396"`;

function choice(delta: string, finishReason = "null", counts = "null"): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}],"usage":${counts}}`;
}

const REASONING: RecordedStream = {
  name: "deepseek, keep-alive comments, reasoning, cache hits",
  bytes: Buffer.concat([
    Buffer.from(": keep-alive\n\n: keep-alive\n\n"),
    events(
      choice(`{"role":"assistant","content":null,"reasoning_content":""}`),
      choice(`{"content":null,"reasoning_content":"We"}`),
      choice(`{"content":null,"reasoning_content":" need"}`),
      choice(`{"content":"Yes","reasoning_content":null}`),
      choice(`{"content":".","reasoning_content":null}`),
      choice(
        `{"content":"","reasoning_content":null}`,
        `"stop"`,
        `{"prompt_tokens":87,"completion_tokens":5,"total_tokens":92,"prompt_tokens_details":{"cached_tokens":64},"completion_tokens_details":{"reasoning_tokens":2},"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":23}`,
      ),
      "[DONE]",
    ),
  ]),
  chunks: 4,
  finishReason: "stop",
  usage: usage(87, 5, { cachedInputTokens: 64, reasoningTokens: 2 }),
};

const OLDER: RecordedStream = {
  name: "deepseek, older, cache hits under their own name only",
  bytes: events(
    choice(`{"role":"assistant","content":""}`),
    choice(`{"content":"你好"}`),
    choice(
      `{"content":""}`,
      `"length"`,
      `{"prompt_tokens":17,"completion_tokens":1,"total_tokens":18,"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":1}`,
    ),
    "[DONE]",
  ),
  chunks: 1,
  finishReason: "length",
  usage: usage(17, 1, { cachedInputTokens: 16 }),
};

export const DEEPSEEK_STREAMS: readonly RecordedStream[] = [REASONING, OLDER];
