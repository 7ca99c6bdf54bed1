/** OpenAI: a refusal, log probabilities, spoken words. */
import { events, usage } from "./recorded-stream.ts";
import type { RecordedStream } from "./recorded-stream.ts";

const HEAD = `"id":"chatcmpl-9xM4tQ","object":"chat.completion.chunk","created":1741570011,"model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_eb9dce56a8"`;

function choice(delta: string, logprobs = "null", finishReason = "null"): string {
  return `{${HEAD},"choices":[{"index":0,"delta":${delta},"logprobs":${logprobs},"finish_reason":${finishReason}}]}`;
}

const REFUSAL: RecordedStream = {
  name: "openai, refusal",
  bytes: events(
    choice(`{"role":"assistant","content":null,"refusal":""}`),
    choice(`{"refusal":"I'm"}`),
    choice(`{"refusal":" very"}`),
    choice(`{"refusal":" sorry"}`),
    choice(`{}`, "null", `"stop"`),
    "[DONE]",
  ),
  chunks: 3,
  finishReason: "stop",
  usage: undefined,
};

/** The words stand in the log probabilities too, with the keys of other tokens beside them. */
const LOG_PROBABILITIES: RecordedStream = {
  name: "openai, log probabilities",
  bytes: events(
    choice(`{"role":"assistant","content":"","refusal":null}`, `{"content":[],"refusal":null}`),
    choice(
      `{"content":"Yes"}`,
      `{"content":[{"token":"Yes","logprob":-0.0312,"bytes":[89,101,115],"top_logprobs":[{"token":"No","logprob":-3.5,"bytes":[78,111]}]}],"refusal":null}`,
    ),
    choice(
      `{"content":"."}`,
      `{"content":[{"token":".","logprob":-0.0001,"bytes":[46],"top_logprobs":[]}],"refusal":null}`,
    ),
    choice(`{}`, "null", `"stop"`),
    "[DONE]",
  ),
  chunks: 2,
  finishReason: "stop",
  usage: undefined,
};

const AUDIO_HEAD = `"id":"chatcmpl-BcN8","object":"chat.completion.chunk","created":1748476205,"model":"gpt-4o-audio-preview-2024-12-17","service_tier":"default","system_fingerprint":"fp_10f3cbd60a"`;

function audioChoice(delta: string, finishReason = "null"): string {
  return `{${AUDIO_HEAD},"choices":[{"index":0,"delta":${delta},"finish_reason":${finishReason}}],"usage":null}`;
}

const AUDIO: RecordedStream = {
  name: "openai, audio and its transcript",
  bytes: events(
    audioChoice(
      `{"role":"assistant","refusal":null,"audio":{"id":"audio_6837a12e5bd88190a72d7e5b4b0a9c1f","transcript":"Yes"}}`,
    ),
    audioChoice(`{"audio":{"id":"audio_6837a12e5bd88190a72d7e5b4b0a9c1f","transcript":", it"}}`),
    audioChoice(
      `{"audio":{"id":"audio_6837a12e5bd88190a72d7e5b4b0a9c1f","data":"FwAVABQAEgAQAA8A"}}`,
    ),
    audioChoice(
      `{"audio":{"id":"audio_6837a12e5bd88190a72d7e5b4b0a9c1f","data":"DQALAAoACAAHAAYA"}}`,
    ),
    audioChoice(
      `{"audio":{"id":"audio_6837a12e5bd88190a72d7e5b4b0a9c1f","expires_at":1748479808}}`,
    ),
    audioChoice(`{}`, `"stop"`),
    `{${AUDIO_HEAD},"choices":[],"usage":{"prompt_tokens":60,"completion_tokens":64,"total_tokens":124,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":42,"text_tokens":18,"image_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":49,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0,"text_tokens":15}}}`,
    "[DONE]",
  ),
  chunks: 4,
  finishReason: "stop",
  usage: usage(60, 64, {
    cachedInputTokens: 0,
    reasoningTokens: 0,
    audioInputTokens: 42,
    audioOutputTokens: 49,
  }),
};

export const OPENAI_BEYOND_TEXT_STREAMS: readonly RecordedStream[] = [
  REFUSAL,
  LOG_PROBABILITIES,
  AUDIO,
];
