/** What a request is told that leads to no endpoint. */
import { GatewayError, toGatewayError } from "@slipstream/contracts/errors";
import { unsupportedMediaType } from "@slipstream/pipeline/body-rules";
import { NO_RETRY } from "@slipstream/pipeline/client-retries";
import type { IncomingMessage } from "node:http";
import { findMethod } from "./endpoints.ts";
import { isNotCarried } from "./not-carried.ts";

/** Characters of the client's own path that an error repeats to it. */
const PATH_SHOWN_MAX = 100;

/** Fastify reads the content type before any handler does. */
export function toError(thrown: unknown): GatewayError {
  const isMediaTypeError =
    thrown instanceof Error && "statusCode" in thrown && thrown.statusCode === 415;
  return isMediaTypeError ? unsupportedMediaType() : toGatewayError(thrown);
}

/** Without the query, which some clients put keys into. */
export function toRoutingError(message: IncomingMessage): GatewayError {
  const { method = "", url = "" } = message;
  const path = url.split("?", 1)[0] ?? "";
  const shown = path.slice(0, PATH_SHOWN_MAX);
  const allow = findMethod(path);
  if (allow === undefined) return toUnknownUrl(path, `${method} ${shown}`);
  const text = `${shown} is served with ${allow}, not with ${method}.`;
  return new GatewayError("method_not_allowed", text, { headers: { allow } });
}

function toUnknownUrl(path: string, shown: string): GatewayError {
  const message = isNotCarried(path)
    ? `Slipstream does not carry this endpoint of OpenAI's: ${shown}`
    : `Unknown URL: ${shown}`;
  return new GatewayError("unknown_url", message, { headers: NO_RETRY });
}
