/**
 * What can happen between us and an upstream, in our own words. The address and the original message
 * stay in the cause.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { ProtocolError } from "./protocol-error.ts";

/** No answer came. */
export function toConnectError(cause: Error): GatewayError {
  // The request's own body could not be read to its end.
  if (cause instanceof GatewayError) return cause;
  if (cause instanceof ProtocolError) return toProtocolError(cause);
  return new GatewayError("upstream_unreachable", "The model could not be reached.", { cause });
}

/** The answer broke off. */
export function toBodyError(cause: Error): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (cause instanceof ProtocolError) return toProtocolError(cause);
  return new GatewayError("upstream_truncated", "The model's answer broke off.", { cause });
}

function toProtocolError(cause: Error): GatewayError {
  const message = "The model's answer was not valid HTTP.";
  return new GatewayError("upstream_invalid_response", message, { cause });
}
