/** llama.cpp's server: the finish reason leads each choice; timings come with the last event. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const TAIL = `"created":1758777189,"id":"chatcmpl-L2v2Gl6NZl443MjXX2LtUNcR6eoUYusk","model":"qwen3-8b","system_fingerprint":"b6510-703f9e32","object":"chat.completion.chunk"`;
const TIMINGS = `"timings":{"cache_n":236,"prompt_n":1,"prompt_ms":30.958,"prompt_per_token_ms":30.958,"prompt_per_second":32.301828283480845,"predicted_n":3,"predicted_ms":56.66,"predicted_per_token_ms":18.887542857142858,"predicted_per_second":52.94494935437416}`;

function choice(delta: string, finishReason = "null", more = ""): string {
  return `{"choices":[{"finish_reason":${finishReason},"index":0,"delta":${delta}}],${TAIL}${more}}`;
}

const CONTENT: readonly string[] = [
  choice(`{"role":"assistant","content":null}`),
  choice(`{"reasoning_content":"Okay"}`),
  choice(`{"content":"Hi"}`),
  choice(`{"content":"!"}`),
];

const USAGE_ASKED: RecordedStream = {
  name: "llama.cpp, usage asked for",
  bytes: events(
    choice(
      "{}",
      "null",
      `,"prompt_progress":{"total":237,"cache":236,"processed":237,"time_ms":30}`,
    ),
    ...CONTENT,
    choice("{}", `"stop"`),
    `{"choices":[],${TAIL},"usage":{"completion_tokens":3,"prompt_tokens":237,"total_tokens":240,"prompt_tokens_details":{"cached_tokens":236}},${TIMINGS}}`,
    "[DONE]",
  ),
  chunks: 3,
  finishReason: "stop",
  usage: usage(237, 3, { cachedInputTokens: 236 }),
};

const VERBOSE: RecordedStream = {
  name: "llama.cpp, verbose, timings with the finish reason",
  bytes: events(
    ...CONTENT,
    choice(
      "{}",
      `"length"`,
      `,"__verbose":{"index":0,"content":"","tokens":[],"id_slot":0,"stop":true,"tokens_predicted":3,"tokens_evaluated":237,"truncated":false,"stop_type":"limit","stopping_word":""},${TIMINGS}`,
    ),
    "[DONE]",
  ),
  chunks: 3,
  finishReason: "length",
  usage: undefined,
};

const WITH_FINISH: RecordedStream = {
  name: "llama.cpp, older, usage with the finish reason",
  bytes: events(
    choice(`{"role":"assistant","content":null}`),
    choice(`{"content":"Hi"}`),
    choice(
      "{}",
      `"stop"`,
      `,"usage":{"completion_tokens":1,"prompt_tokens":14,"total_tokens":15},${TIMINGS}`,
    ),
    "[DONE]",
  ),
  chunks: 1,
  finishReason: "stop",
  usage: usage(14, 1),
};

export const LLAMA_CPP_STREAMS: readonly RecordedStream[] = [USAGE_ASKED, VERBOSE, WITH_FINISH];
