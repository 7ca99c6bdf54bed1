import type { AnswerFacts } from "./answer-facts.ts";
import { readAnswerObject } from "./read-answer-object.ts";
import { readInputUsage } from "./read-usage.ts";

/** A whole answer of an endpoint that generates nothing: all there is to account for is what it has read. */
export function readInputAnswer(body: Buffer): AnswerFacts {
  return readAnswerObject(body, ({ usage }) => ({
    type: "answer",
    finishReason: undefined,
    usage: readInputUsage(usage),
  }));
}
