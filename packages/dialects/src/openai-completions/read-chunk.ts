/**
 * Reads one event of a streamed text completion.
 *
 * Source: `CreateCompletionResponse` in OpenAI's OpenAPI file. Together adds a `delta` that repeats
 * the text.
 */
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import {
  findChoiceError,
  findFinishedChoices,
  findFinishReason,
  findUsage,
  readChoices,
} from "../choices.ts";
import { findContentShape } from "../content-shape.ts";
import { countBytes, hasLength } from "../json-value.ts";
import { readEventObject } from "../read-event-object.ts";
import { readUsage } from "../read-usage.ts";

export function readCompletionChunk(data: Buffer): ChunkFacts {
  return readEventObject(data, (chunk) => {
    const choices = readChoices(chunk);
    const error = findChoiceError(choices);
    if (error !== undefined) return { type: "error", error };
    const hasContent = choices.some((choice) => hasLength(choice["text"]));
    const usage = readUsage(findUsage(chunk, choices));
    return {
      type: "chunk",
      hasContent,
      textBytes: choices.reduce((bytes, choice) => bytes + countBytes(choice["text"]), 0),
      shape: hasContent ? findContentShape(data, "text") : undefined,
      finishReason: findFinishReason(choices),
      finishedChoices: findFinishedChoices(choices),
      usage,
      isUsageOnly: choices.length === 0 && usage !== undefined,
    };
  });
}
