/**
 * Reads a whole (not streamed) answer of the responses endpoint.
 *
 * Source: `Response` in OpenAI's OpenAPI file.
 */
import type { AnswerFacts } from "../answer-facts.ts";
import { asObject, asText } from "../json-value.ts";
import { readAnswerObject } from "../read-answer-object.ts";
import { readUsage } from "../read-usage.ts";

/** Its finish reason is why it is incomplete, or else its status. */
export function readResponseAnswer(body: Buffer): AnswerFacts {
  return readAnswerObject(body, (answer) => ({
    type: "answer",
    finishReason:
      asText(asObject(answer["incomplete_details"])?.["reason"]) ?? asText(answer["status"]),
    usage: readUsage(answer["usage"]),
  }));
}
