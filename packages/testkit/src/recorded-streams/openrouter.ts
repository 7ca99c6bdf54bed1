/** OpenRouter: comments while it waits; a usage with costs in an event that has a choice. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"gen-1759420128-LjBsuYJf6lKeyy66nQs9","provider":"DeepInfra","model":"z-ai/glm-4.5","object":"chat.completion.chunk","created":1759420128`;
const COMMENT = ": OPENROUTER PROCESSING\n\n";

function choice(delta: string, finishReason = "null"): string {
  return `{${HEAD},"choices":[{"index":0,"delta":{"role":"assistant",${delta}},"finish_reason":${finishReason},"native_finish_reason":${finishReason},"logprobs":null}]}`;
}

const REASONING: RecordedStream = {
  name: "openrouter, comments, reasoning details, cost in the usage",
  bytes: Buffer.concat([
    Buffer.from(COMMENT + COMMENT),
    events(
      choice(
        `"content":"","reasoning":"\\n","reasoning_details":[{"type":"reasoning.text","text":"\\n","format":"unknown","index":0}]`,
      ),
      choice(
        `"content":"","reasoning":"Okay","reasoning_details":[{"type":"reasoning.text","text":"Okay","format":"unknown","index":0}]`,
      ),
    ),
    Buffer.from(COMMENT),
    events(
      choice(`"content":"Hi","reasoning":null,"reasoning_details":[]`),
      choice(`"content":" there","reasoning":null,"reasoning_details":[]`),
      choice(`"content":"","reasoning":null,"reasoning_details":[]`, `"stop"`),
      `{${HEAD},"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null,"native_finish_reason":null,"logprobs":null}],"usage":{"prompt_tokens":35,"completion_tokens":225,"total_tokens":260,"cost":0.000466,"is_byok":false,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0,"video_tokens":0},"cost_details":{"upstream_inference_cost":null,"upstream_inference_prompt_cost":0,"upstream_inference_completions_cost":0},"completion_tokens_details":{"reasoning_tokens":127,"image_tokens":0}}}`,
      "[DONE]",
    ),
  ]),
  chunks: 4,
  finishReason: "stop",
  usage: usage(35, 225, { cachedInputTokens: 4, reasoningTokens: 127, audioInputTokens: 0 }),
};

/** A picture in a chat, and the end of the answer together with the usage. */
const IMAGE: RecordedStream = {
  name: "openrouter, image",
  bytes: events(
    choice(
      `"content":"","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="},"index":0}]`,
    ),
    `{${HEAD},"choices":[{"index":0,"delta":{"content":"","role":"assistant"},"finish_reason":"stop","native_finish_reason":"STOP"}],"usage":{"prompt_tokens":8,"completion_tokens":1290,"total_tokens":1298,"cost":0.0387,"is_byok":false,"completion_tokens_details":{"reasoning_tokens":0,"image_tokens":1290,"audio_tokens":0}}}`,
    "[DONE]",
  ),
  chunks: 1,
  finishReason: "stop",
  usage: usage(8, 1290, { reasoningTokens: 0, audioOutputTokens: 0 }),
};

export const OPENROUTER_STREAMS: readonly RecordedStream[] = [REASONING, IMAGE];
