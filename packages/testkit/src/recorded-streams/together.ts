/** Together: the token's number leads the delta; the text stands there and beside it. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

function choice(
  text: string,
  tokenId: number,
  finish = `null,"seed":null`,
  counts = "null",
): string {
  return `{"id":"8b43a5cfadf99e5c-SJC","object":"chat.completion.chunk","created":1723834621,"choices":[{"index":0,"text":"${text}","logprobs":null,"finish_reason":${finish},"delta":{"token_id":${tokenId},"role":"assistant","content":"${text}","tool_calls":null}}],"model":"meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo","usage":${counts}}`;
}

export const TOGETHER_STREAMS: readonly RecordedStream[] = [
  {
    name: "together, token numbers, the end as `eos` with text",
    bytes: events(
      choice("ABC", 30),
      choice(" is", 374),
      choice(" fun", 2523),
      choice(
        "",
        128009,
        `"eos","seed":2039908639335532000`,
        `{"prompt_tokens":42,"completion_tokens":4,"total_tokens":46}`,
      ),
      "[DONE]",
    ),
    chunks: 3,
    finishReason: "eos",
    usage: usage(42, 4),
  },
];
