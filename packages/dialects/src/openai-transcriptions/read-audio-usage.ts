import type { Usage } from "@slipstream/contracts/usage";
import { asObject } from "../json-value.ts";
import { readUsage } from "../read-usage.ts";

/**
 * @returns `undefined` also where the usage is a duration in seconds, as Whisper's: it counts no
 *   tokens.
 *
 * Source: `TranscriptTextUsageTokens` and `TranscriptTextUsageDuration` in OpenAI's OpenAPI file.
 */
export function readAudioUsage(value: unknown): Usage | undefined {
  return asObject(value)?.["type"] === "duration" ? undefined : readUsage(value);
}
