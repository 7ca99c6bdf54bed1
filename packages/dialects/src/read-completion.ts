import type { AnswerFacts } from "./answer-facts.ts";
import { findChoiceError, findFinishReason, findUsage, readChoices } from "./choices.ts";
import type { JsonObject } from "./json-value.ts";
import { readUsage } from "./read-usage.ts";

/** A whole answer made of choices: a chat or text completion. */
export function readCompletion(completion: JsonObject): AnswerFacts {
  const choices = readChoices(completion);
  const error = findChoiceError(choices);
  if (error !== undefined) return { type: "error", error };
  return {
    type: "answer",
    finishReason: findFinishReason(choices),
    usage: readUsage(findUsage(completion, choices)),
  };
}
