/** SGLang: every key of a delta is there, null where it says nothing; reasoning tokens beside the others. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"8fe1630f301c48a3bf7c4600cd5b17bc","object":"chat.completion.chunk","created":1779609667,"model":"Kimi-K2.6"`;

function choice(delta: string, finish = `"finish_reason":null,"matched_stop":null`): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta},"logprobs":null,${finish}}],"usage":null}`;
}

const REASONING: RecordedStream = {
  name: "sglang, reasoning, usage asked for",
  bytes: events(
    choice(`{"role":"assistant","content":"","reasoning_content":null,"tool_calls":null}`),
    choice(`{"role":null,"content":null,"reasoning_content":"The","tool_calls":null}`),
    choice(`{"role":null,"content":null,"reasoning_content":" user","tool_calls":null}`),
    choice(`{"role":null,"content":"OK","reasoning_content":null,"tool_calls":null}`),
    choice(
      `{"role":null,"content":"","reasoning_content":null,"tool_calls":null}`,
      `"finish_reason":"stop","matched_stop":163586`,
    ),
    `{${HEAD},"choices":[],"usage":{"prompt_tokens":59,"total_tokens":83,"completion_tokens":24,"prompt_tokens_details":null,"reasoning_tokens":21}}`,
    "[DONE]",
  ),
  chunks: 3,
  finishReason: "stop",
  usage: usage(59, 24, { reasoningTokens: 21 }),
};

function olderChoice(delta: string, finishReason = `""`): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason},"matched_stop":null}],"usage":null}`;
}

const EMPTY_FINISH_REASON: RecordedStream = {
  name: "sglang, older, empty finish reasons",
  bytes: events(
    olderChoice(`{"role":"assistant","content":""}`),
    olderChoice(`{"role":null,"content":" Deep"}`),
    olderChoice(`{"role":null,"content":" learning"}`),
    olderChoice(`{"role":null,"content":""}`, `"length"`),
    "[DONE]",
  ),
  chunks: 2,
  finishReason: "length",
  usage: undefined,
};

export const SGLANG_STREAMS: readonly RecordedStream[] = [REASONING, EMPTY_FINISH_REASON];
