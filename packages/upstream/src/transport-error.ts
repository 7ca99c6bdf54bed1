/**
 * What can happen between us and an upstream, in our own words. The address and the original message
 * stay in the cause.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { errors } from "undici";

const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** No answer came. */
export function toConnectError(cause: Error): GatewayError {
  if (isTimeout(cause)) {
    return new GatewayError("upstream_timeout", "The model did not answer in time.", { cause });
  }
  if (isProtocolError(cause)) return toProtocolError(cause);
  return new GatewayError("upstream_unreachable", "The model could not be reached.", { cause });
}

/** The answer broke off. */
export function toBodyError(cause: Error): GatewayError {
  if (isTimeout(cause)) {
    return new GatewayError("upstream_timeout", "The model stopped answering.", { cause });
  }
  if (isProtocolError(cause)) return toProtocolError(cause);
  return new GatewayError("upstream_truncated", "The model's answer broke off.", { cause });
}

function toProtocolError(cause: Error): GatewayError {
  const message = "The model's answer was not valid HTTP.";
  return new GatewayError("upstream_invalid_response", message, { cause });
}

function isTimeout(error: Error): boolean {
  return TIMEOUT_CODES.has(codeOf(error));
}

function isProtocolError(error: Error): boolean {
  return error instanceof errors.HTTPParserError;
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}
