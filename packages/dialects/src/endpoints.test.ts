import { usage } from "@slipstream/testkit/recorded-streams/recorded-stream";
import { expect, test } from "vitest";
import type { AnswerFacts } from "./answer-facts.ts";
import { readCompletionAnswer } from "./openai-completions/read-answer.ts";
import { readCompletionChunk } from "./openai-completions/read-chunk.ts";
import { readEmbeddingsAnswer } from "./openai-embeddings/read-answer.ts";
import { readImageAnswer } from "./openai-images/read-answer.ts";
import { readImageChunk } from "./openai-images/read-chunk.ts";
import { readModerationAnswer } from "./openai-moderations/read-answer.ts";
import { readResponseAnswer } from "./openai-responses/read-answer.ts";
import { readTranscriptionAnswer } from "./openai-transcriptions/read-answer.ts";
import { readTranscriptionChunk } from "./openai-transcriptions/read-chunk.ts";
import { readRerankAnswer } from "./rerank/read-answer.ts";
import { readScoreAnswer } from "./score/read-answer.ts";

const INPUT_ONLY = { outputTokens: undefined };
const NO_USAGE: AnswerFacts = { type: "answer", finishReason: undefined, usage: undefined };

function answer(used: ReturnType<typeof usage>, finishReason?: string): AnswerFacts {
  return { type: "answer", finishReason, usage: used };
}

test.each<[string, (body: Buffer) => AnswerFacts, string, AnswerFacts]>([
  [
    "completion",
    readCompletionAnswer,
    `{"object":"text_completion","choices":[{"index":0,"text":"a","finish_reason":"length","stop_reason":null}],"usage":{"prompt_tokens":326,"total_tokens":374,"completion_tokens":48}}`,
    answer(usage(326, 48), "length"),
  ],
  [
    "embeddings",
    readEmbeddingsAnswer,
    `{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1]}],"usage":{"prompt_tokens":8,"total_tokens":8}}`,
    answer(usage(8, 0, INPUT_ONLY)),
  ],
  [
    "embeddings of voyage",
    readEmbeddingsAnswer,
    `{"object":"list","data":[],"usage":{"total_tokens":10}}`,
    answer(usage(10, 0, INPUT_ONLY)),
  ],
  [
    "score of vllm",
    readScoreAnswer,
    `{"object":"list","data":[{"index":0,"object":"score","score":1}],"usage":{"prompt_tokens":19,"total_tokens":19,"completion_tokens":0}}`,
    answer(usage(19, 0)),
  ],
  [
    "rerank of vllm",
    readRerankAnswer,
    `{"id":"rerank-1","model":"m","usage":{"total_tokens":56},"results":[]}`,
    answer(usage(56, 0, INPUT_ONLY)),
  ],
  [
    "rerank of cohere",
    readRerankAnswer,
    `{"id":"1","results":[],"meta":{"billed_units":{"search_units":1},"tokens":{"input_tokens":77}}}`,
    answer(usage(77, 0, INPUT_ONLY)),
  ],
  [
    "rerank of text-embeddings-inference",
    readRerankAnswer,
    `[{"index":1,"score":0.9},{"index":0,"score":0.1}]`,
    NO_USAGE,
  ],
  ["moderation", readModerationAnswer, `{"id":"modr-1","results":[{"flagged":false}]}`, NO_USAGE],
  [
    "images",
    readImageAnswer,
    `{"created":1,"data":[{"b64_json":"aQ=="}],"usage":{"input_tokens":50,"input_tokens_details":{"image_tokens":40,"text_tokens":10},"output_tokens":4160,"total_tokens":4210}}`,
    answer(usage(50, 4160)),
  ],
  [
    "transcription by tokens",
    readTranscriptionAnswer,
    `{"text":"Hi","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":0,"audio_tokens":14},"output_tokens":8,"total_tokens":22}}`,
    answer(usage(14, 8, { audioInputTokens: 14 })),
  ],
  [
    "transcription by duration",
    readTranscriptionAnswer,
    `{"text":"Hi","usage":{"type":"duration","seconds":9}}`,
    NO_USAGE,
  ],
  [
    "transcription as subtitles",
    readTranscriptionAnswer,
    "WEBVTT\n\n00:00.000 --> 00:01.000",
    NO_USAGE,
  ],
  [
    "response",
    readResponseAnswer,
    `{"object":"response","status":"completed","error":null,"incomplete_details":null,"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":0},"output_tokens":87,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":123}}`,
    answer(usage(36, 87, { cachedInputTokens: 0, reasoningTokens: 64 }), "completed"),
  ],
  [
    "response that was cut off",
    readResponseAnswer,
    `{"object":"response","status":"incomplete","error":null,"incomplete_details":{"reason":"max_output_tokens"},"usage":null}`,
    { ...NO_USAGE, finishReason: "max_output_tokens" },
  ],
])("%s", (_name, readAnswer, body, facts) => {
  expect(readAnswer(Buffer.from(body))).toStrictEqual(facts);
  const error = { message: "no", code: undefined, status: 503 };
  const failed = Buffer.from(`{"error":{"message":"no","code":503}}`);
  expect(readAnswer(failed)).toStrictEqual({ type: "error", error });
});

test.each([
  [
    readCompletionChunk,
    `{"object":"text_completion","choices":[{"index":0,"text":" a","logprobs":null,"finish_reason":null}],"usage":null}`,
    { hasContent: true, finishReason: undefined, usage: undefined, isUsageOnly: false },
  ],
  [
    readCompletionChunk,
    `{"choices":[{"index":0,"text":"","finish_reason":"stop","delta":{"token_id":2,"content":""}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}`,
    { hasContent: false, finishReason: "stop", usage: usage(1, 2), isUsageOnly: false },
  ],
  [
    readCompletionChunk,
    `{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}`,
    { hasContent: false, usage: usage(1, 2), isUsageOnly: true },
  ],
  [
    readImageChunk,
    `{"type":"image_generation.partial_image","b64_json":"aQ==","partial_image_index":0}`,
    { hasContent: true, finishReason: undefined, usage: undefined },
  ],
  [
    readImageChunk,
    `{"type":"image_edit.completed","b64_json":"aQ==","usage":{"input_tokens":5,"output_tokens":9,"total_tokens":14}}`,
    { hasContent: true, finishReason: "completed", usage: usage(5, 9) },
  ],
  [
    readTranscriptionChunk,
    `{"type":"transcript.text.delta","delta":"I","logprobs":[]}`,
    { hasContent: true, finishReason: undefined, usage: undefined },
  ],
  [
    readTranscriptionChunk,
    `{"type":"transcript.text.done","text":"I see","usage":{"type":"tokens","input_tokens":5,"output_tokens":9,"total_tokens":14}}`,
    { hasContent: false, finishReason: "done", usage: usage(5, 9) },
  ],
  [
    readTranscriptionChunk,
    `{"type":"transcript.text.segment","id":"1","text":"I see","speaker":"A"}`,
    { hasContent: true, finishReason: undefined },
  ],
])("%o reads %s", (readChunk, data, facts) => {
  expect(readChunk(Buffer.from(data))).toMatchObject({ type: "chunk", ...facts });
  expect(readChunk(Buffer.from("[DONE]"))).toEqual({ type: "done" });
  const error = { message: "no", code: "busy", status: undefined };
  const failed = Buffer.from(`{"type":"error","code":"busy","message":"no","param":null}`);
  expect(readChunk(failed)).toStrictEqual({ type: "error", error });
});

test.each([
  [readCompletionChunk, `{"choices":[{"index":0,"text":" a"}]}`, `"text":"`],
  [readTranscriptionChunk, `{"type":"transcript.text.delta","delta":"I"}`, `"delta":"`],
])("%o: the next event is known by %s", (readChunk, data, bytes) => {
  const start = data.lastIndexOf(bytes);
  const shape = { start, end: start + bytes.length };
  expect(readChunk(Buffer.from(data))).toMatchObject({ shape });
});
