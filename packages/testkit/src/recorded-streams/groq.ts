/** Groq: its own id in the first event, the usage under `x_groq` in the last and since 2026 beside it too. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const COUNTS = `"usage":{"queue_time":0.171721454,"prompt_tokens":17,"prompt_time":0.000792801,"completion_tokens":1107,"completion_time":3.206170277,"total_tokens":1124,"total_time":3.206963078,"completion_tokens_details":{"reasoning_tokens":963}}`;

function choice(delta: string, finishReason = "null", more = ""): string {
  return `{"id":"chatcmpl-3556c041-562b-471f-9a90-763dbcea5a3f","object":"chat.completion.chunk","created":1770770846,"model":"qwen/qwen3-32b","system_fingerprint":"fp_78ac7f3229","choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}]${more}}`;
}

const CONTENT: readonly string[] = [
  choice(
    `{"role":"assistant","content":""}`,
    "null",
    `,"x_groq":{"id":"req_01kh52nmbjem9bfhxdbabnjv0x","seed":872656815}`,
  ),
  choice(`{"reasoning":"Okay"}`),
  choice(`{"reasoning":","}`),
  choice(`{"content":"boxed"}`),
  choice(`{"content":"{"}`),
];

const USAGE_TWICE: RecordedStream = {
  name: "groq, usage beside x_groq and in it",
  bytes: events(
    ...CONTENT,
    choice(`{}`, `"stop"`, `,"x_groq":{"id":"req_01kh52nmbjem9bfhxdbabnjv0x",${COUNTS}},${COUNTS}`),
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(17, 1107, { reasoningTokens: 963 }),
};

const USAGE_IN_GROQ: RecordedStream = {
  name: "groq, usage in x_groq only",
  bytes: events(
    ...CONTENT,
    choice(`{}`, `"stop"`, `,"x_groq":{"id":"req_01kh52nmbjem9bfhxdbabnjv0x",${COUNTS}}`),
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(17, 1107, { reasoningTokens: 963 }),
};

export const GROQ_STREAMS: readonly RecordedStream[] = [USAGE_TWICE, USAGE_IN_GROQ];
