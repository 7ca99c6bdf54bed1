/** Answers that are none, whatever their status says. */
import { GatewayError } from "@slipstream/contracts/errors";
import type { ErrorCode } from "@slipstream/contracts/errors";
import type { StreamEnding } from "@slipstream/streaming-core/stream-relay";
import { toEventFailure } from "./upstream-failure.ts";

/** After what was no answer the proper one may still come, and be taken for the next request's. */
const COSTS_CONNECTION: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "upstream_invalid_response",
  "upstream_answer_too_large",
  "upstream_truncated",
]);

/** Whether the connection of an exchange that failed so must not carry another. */
export function costsConnection({ code }: GatewayError): boolean {
  return COSTS_CONNECTION.has(code);
}

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
