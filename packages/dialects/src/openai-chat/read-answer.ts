/**
 * Reads what we account for in a whole (not streamed) chat completion.
 *
 * Source: `CreateChatCompletionResponse` in OpenAI's OpenAPI file.
 */
import type { StreamError } from "@slipstream/contracts/chunk";
import type { Usage } from "@slipstream/contracts/usage";
import { asArray, asObject, asText, parseJson } from "../json-value.ts";
import { readStreamError } from "./read-stream-error.ts";
import { readUsage } from "./read-usage.ts";

export type AnswerFacts =
  | {
      readonly type: "answer";
      readonly finishReason: string | undefined;
      readonly usage: Usage | undefined;
    }
  | { readonly type: "error"; readonly error: StreamError }
  | { readonly type: "unreadable" };

export function readAnswer(body: Buffer): AnswerFacts {
  const answer = asObject(parseJson(body.toString("utf8")));
  if (answer === undefined) return { type: "unreadable" };
  const error = readStreamError(answer);
  if (error !== undefined) return { type: "error", error };
  const choice = asObject(asArray(answer["choices"])[0]);
  return {
    type: "answer",
    finishReason: asText(choice?.["finish_reason"]),
    usage: readUsage(answer["usage"]),
  };
}
