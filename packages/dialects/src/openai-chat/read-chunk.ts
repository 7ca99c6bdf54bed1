/**
 * Reads one event of a streamed chat completion.
 *
 * Source: `CreateChatCompletionStreamResponse` in OpenAI's OpenAPI file.
 */
import type { ChunkFacts, ContentShape } from "@slipstream/contracts/chunk";
import {
  findChoiceError,
  findFinishedChoices,
  findFinishReason,
  findUsage,
  readChoices,
} from "../choices.ts";
import { findContentShape } from "../content-shape.ts";
import { asObject, asText, hasLength } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { readEventObject } from "../read-event-object.ts";
import { readUsage } from "../read-usage.ts";
import { countTextBytes, findContentKey } from "./delta-content.ts";

export function readChunk(data: Buffer): ChunkFacts {
  return readEventObject(data, (chunk) => {
    const choices = readChoices(chunk);
    const error = findChoiceError(choices);
    if (error !== undefined) return { type: "error", error };
    const contentKey = choices.map((choice) => findContentKey(choice["delta"])).find(Boolean);
    const usage = readUsage(findUsage(chunk, choices));
    return {
      type: "chunk",
      hasContent: contentKey !== undefined,
      textBytes: choices.reduce((bytes, choice) => bytes + countTextBytes(choice["delta"]), 0),
      shape: contentKey === undefined ? undefined : findShape(data, contentKey, choices),
      finishReason: findFinishReason(choices),
      finishedChoices: findFinishedChoices(choices),
      usage,
      isUsageOnly: usage !== undefined && choices.every(isBlank),
    };
  });
}

/**
 * Together has the text in front of the delta too, in which a token's number, of any length, leads: there
 * the place of the content is not known beforehand.
 */
function findShape(
  data: Buffer,
  contentKey: string,
  choices: readonly JsonObject[],
): ContentShape | undefined {
  const isRepeated = contentKey === "content" && choices.some(({ text }) => hasLength(text));
  return isRepeated ? findContentShape(data, "text") : findContentShape(data, contentKey, "delta");
}

/** LiteLLM puts a choice with an empty delta where OpenAI has none. */
function isBlank(choice: JsonObject): boolean {
  const delta = asObject(choice["delta"]);
  return (
    delta !== undefined &&
    Object.keys(delta).length === 0 &&
    asText(choice["finish_reason"]) === undefined
  );
}
