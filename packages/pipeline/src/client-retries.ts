/**
 * What a client is told about trying again. OpenAI's clients obey `x-should-retry` and otherwise repeat
 * whatever ends with 408, 409, 429 or 5xx, twice by default.
 */
import { GatewayError } from "@slipstream/contracts/errors";

/** For an answer that no repetition will change. */
export const NO_RETRY: Readonly<Record<string, string>> = { "x-should-retry": "false" };

/**
 * The error after the last attempt: the client's tries would multiply ours. Where the upstream has said
 * when to come back, the client may.
 */
export function toLastWord(error: GatewayError): GatewayError {
  const { code, message, headers, cause } = error;
  if ("retry-after" in headers) return error;
  return new GatewayError(code, message, { headers: { ...headers, ...NO_RETRY }, cause });
}
