/**
 * Reads a whole transcription. Only two of its formats are JSON; text and subtitles report nothing.
 *
 * Source: `CreateTranscriptionResponseJson` in OpenAI's OpenAPI file.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { readAnswerObject } from "../read-answer-object.ts";
import { readAudioUsage } from "./read-audio-usage.ts";

export function readTranscriptionAnswer(body: Buffer): AnswerFacts {
  const answer = readAnswerObject(body, ({ usage }) => ({
    type: "answer",
    finishReason: undefined,
    usage: readAudioUsage(usage),
  }));
  if (answer.type !== "unreadable") return answer;
  return { type: "answer", finishReason: undefined, usage: undefined };
}
