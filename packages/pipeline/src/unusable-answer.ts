/** Answers that are none, whatever their status says. */
import { GatewayError } from "@slipstream/contracts/errors";
import type { StreamEnding } from "@slipstream/streaming-core/stream-relay";
import { toEventFailure } from "./upstream-failure.ts";

export function unexpectedForm(): GatewayError {
  return unusable("The model's answer has an unexpected form.");
}

export function answerTooLarge(): GatewayError {
  return new GatewayError("upstream_answer_too_large", "The model's answer is too large.");
}

export function toStreamFailure(ending: Exclude<StreamEnding, { type: "complete" }>): GatewayError {
  if (ending.type === "failed") return ending.error;
  if (ending.type === "error_event") return toEventFailure(ending.error);
  return new GatewayError("upstream_truncated", "The model's answer ended too early.");
}

function unusable(message: string): GatewayError {
  return new GatewayError("upstream_invalid_response", message);
}
