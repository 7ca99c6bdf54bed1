/**
 * What separates the parts of a `multipart/form-data` body.
 *
 * Source: RFC 2046, 5.1.1.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { parseParameters } from "./header-parameters.ts";

const FORM_TYPE = /^[ \t]*multipart\/form-data[ \t]*(?=;|$)/i;
/** `bchars`, 1 to 70 of them, the last one not a space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
const NEEDS_QUOTES = /[^0-9A-Za-z'+_.-]/;

/**
 * @param contentType As the client sent it.
 * @throws {GatewayError} `unsupported_media_type`, or `invalid_request` without one valid boundary.
 */
export function readBoundary(contentType: string | undefined): string {
  const type = FORM_TYPE.exec(contentType ?? "")?.[0];
  if (contentType === undefined || type === undefined) {
    const message = "The request body must be a form: send `content-type: multipart/form-data`.";
    throw new GatewayError("unsupported_media_type", message);
  }
  const boundary = parseParameters(contentType.slice(type.length))?.get("boundary") ?? "";
  if (BOUNDARY.test(boundary)) return boundary;
  const message = "The `content-type` of the request has no valid `boundary`.";
  throw new GatewayError("invalid_request", message);
}

/** In one form for all, so that no upstream reads another boundary out of it than we do. */
export function toFormType(boundary: string): string {
  const value = NEEDS_QUOTES.test(boundary) ? `"${boundary}"` : boundary;
  return `multipart/form-data; boundary=${value}`;
}
