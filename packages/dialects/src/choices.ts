/** The choices of a chat or text completion, whole or streamed. */
import type { StreamError } from "@slipstream/contracts/chunk";
import { asArray, asObject, asText } from "./json-value.ts";
import type { JsonObject } from "./json-value.ts";
import { readStreamError } from "./openai-chat/read-stream-error.ts";

/** What is no object is an empty one. */
export function readChoices(completion: JsonObject): readonly JsonObject[] {
  return asArray(completion["choices"]).map((choice) => asObject(choice) ?? {});
}

/** The first that is given; older SGLang sends an empty one until there is one. */
export function findFinishReason(choices: readonly JsonObject[]): string | undefined {
  return choices.map((choice) => asText(choice["finish_reason"])).find(Boolean);
}

/** Indexes of those that have ended; one without an index is the only one. */
export function findFinishedChoices(choices: readonly JsonObject[]): readonly number[] {
  return choices
    .filter((choice) => findFinishReason([choice]) !== undefined)
    .map((choice) => (typeof choice["index"] === "number" ? choice["index"] : 0));
}

/** Groq has the usage of a stream under `x_groq`, Moonshot in the choice that ends. */
export function findUsage(completion: JsonObject, choices: readonly JsonObject[]): unknown {
  return (
    completion["usage"] ??
    asObject(completion["x_groq"])?.["usage"] ??
    choices.map((choice) => choice["usage"]).find(Boolean)
  );
}

/** OpenRouter can put an error into the choice; the finish reason `error` is one even without words. */
export function findChoiceError(choices: readonly JsonObject[]): StreamError | undefined {
  for (const choice of choices) {
    const error = readStreamError(choice);
    if (error !== undefined) return error;
    if (choice["finish_reason"] === "error")
      return { message: "", code: undefined, status: undefined };
  }
  return undefined;
}
