/**
 * LiteLLM's proxy: no key whose value is null; the usage comes with a choice that says nothing, where
 * OpenAI has none, and with Anthropic's names for what was cached.
 */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"chatcmpl-cjo4zIwpUamQ17CrksTp2uSheKXFL","created":1773220521,"model":"claude-sonnet-4-5","object":"chat.completion.chunk"`;

export const LITELLM_STREAMS: readonly RecordedStream[] = [
  {
    name: "litellm, reasoning, usage with an empty choice",
    bytes: events(
      `{${HEAD},"choices":[{"index":0,"delta":{"reasoning_content":"Compare.","thinking_blocks":[{"type":"thinking","thinking":"Compare."}],"provider_specific_fields":{"thinking_blocks":[{"type":"thinking","thinking":"Compare."}]},"content":"","role":"assistant"}}]}`,
      `{${HEAD},"choices":[{"index":0,"delta":{"content":"399"}}]}`,
      `{${HEAD},"choices":[{"index":0,"delta":{"content":" is larger."}}]}`,
      `{${HEAD},"choices":[{"finish_reason":"stop","index":0,"delta":{}}]}`,
      `{${HEAD},"choices":[{"index":0,"delta":{}}],"usage":{"completion_tokens":84,"prompt_tokens":447,"total_tokens":531,"completion_tokens_details":{"reasoning_tokens":12,"text_tokens":72},"prompt_tokens_details":{"cached_tokens":400,"text_tokens":47,"cache_creation_tokens":0},"cache_creation_input_tokens":0,"cache_read_input_tokens":400}}`,
      "[DONE]",
    ),
    chunks: 3,
    finishReason: "stop",
    usage: usage(447, 84, { cachedInputTokens: 400, reasoningTokens: 12 }),
  },
];
