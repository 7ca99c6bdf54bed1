/**
 * Reads one event of a streamed transcription: `transcript.text.delta`, `transcript.text.segment` and
 * `transcript.text.done`, which repeats the whole text and so is no content.
 *
 * Source: `CreateTranscriptionResponseStreamEvent` in OpenAI's OpenAPI file.
 */
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import { findContentShape } from "../content-shape.ts";
import { countBytes, hasLength } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { readEventObject } from "../read-event-object.ts";
import { readAudioUsage } from "./read-audio-usage.ts";

export function readTranscriptionChunk(data: Buffer): ChunkFacts {
  return readEventObject(data, (event) => {
    const hasContent = hasTranscript(event);
    const isLast = event["type"] === "transcript.text.done";
    return {
      type: "chunk",
      hasContent,
      textBytes: hasContent ? countBytes(event["delta"] ?? event["text"]) : 0,
      shape: hasContent ? findContentShape(data, "delta") : undefined,
      finishReason: isLast ? "done" : undefined,
      finishedChoices: isLast ? [0] : [],
      usage: readAudioUsage(event["usage"]),
      isUsageOnly: false,
    };
  });
}

function hasTranscript(event: JsonObject): boolean {
  switch (event["type"]) {
    case "transcript.text.delta":
      return hasLength(event["delta"]);
    case "transcript.text.segment":
      return hasLength(event["text"]);
    default:
      return false;
  }
}
