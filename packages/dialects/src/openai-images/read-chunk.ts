/**
 * Reads one event of streamed images: `image_generation.partial_image`, `image_generation.completed` and
 * the same of `image_edit`. They are few and large: none is recognised by its shape.
 *
 * Source: `ImageGenStreamEvent` and `ImageEditStreamEvent` in OpenAI's OpenAPI file.
 */
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import { asText, hasLength } from "../json-value.ts";
import { readEventObject } from "../read-event-object.ts";
import { readUsage } from "../read-usage.ts";

const COMPLETED = "completed";

export function readImageChunk(data: Buffer): ChunkFacts {
  return readEventObject(data, (event) => {
    const isLast = asText(event["type"])?.endsWith(`.${COMPLETED}`) === true;
    return {
      type: "chunk",
      hasContent: hasLength(event["b64_json"]) || hasLength(event["url"]),
      textBytes: 0,
      shape: undefined,
      finishReason: isLast ? COMPLETED : undefined,
      finishedChoices: isLast ? [0] : [],
      usage: readUsage(event["usage"]),
      isUsageOnly: false,
    };
  });
}
