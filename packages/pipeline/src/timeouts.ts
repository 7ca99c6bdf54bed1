/** What is told when a deadline has passed. */
import { GatewayError } from "@slipstream/contracts/errors";

/** What a client should wait that found all of our connections in use, in seconds. */
const RETRY_AFTER_SECONDS = 1;

/** No connection of ours was free. */
export function queueTimeout(): GatewayError {
  const headers = { "retry-after": String(RETRY_AFTER_SECONDS) };
  return new GatewayError("overloaded", "The gateway is overloaded.", { headers });
}

export function connectTimeout(): GatewayError {
  return new GatewayError("upstream_unreachable", "The model could not be reached in time.");
}

export function firstTokenTimeout(): GatewayError {
  return new GatewayError("first_token_timeout", "The model did not answer in time.");
}

export function stallTimeout(): GatewayError {
  return new GatewayError("stall_timeout", "The model stopped answering.");
}

export function totalTimeout(): GatewayError {
  return new GatewayError("total_timeout", "The request took too long.");
}

/** What is left of the body would still come on this connection. */
export function bodyTimeout(): GatewayError {
  const headers = { connection: "close" };
  return new GatewayError("body_timeout", "The request did not arrive in time.", { headers });
}
