/**
 * What is wrong with a request before anybody looks where it goes.
 *
 * Source: RFC 9112, sections 3.2 (`Host`) and 3.2.2 (absolute-form).
 */
import type { IncomingMessage } from "node:http";
import { GatewayError } from "@slipstream/contracts/errors";

/** `uri-host [ ":" port ]` of RFC 3986. Percent escapes are left out: no host name in use has one. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._~-]*)(?::\d{0,5})?$/i;
const ABSOLUTE_FORM = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;

/** @returns `invalid_http`; `undefined` when nothing is wrong. */
export function findMessageFault(message: IncomingMessage): GatewayError | undefined {
  const { host } = message.headers;
  if (host === undefined) {
    const isOld = message.httpVersionMajor === 1 && message.httpVersionMinor === 0;
    return isOld ? undefined : invalid("The `host` header is missing.");
  }
  if (!HOST.test(host)) return invalid("The `host` header is not valid.");
  if (hasSecondHost(message.rawHeaders)) return invalid("There is more than one `host` header.");
  const authority = readAuthority(message.url ?? "");
  return authority === undefined || authority.toLowerCase() === host.toLowerCase()
    ? undefined
    : invalid("The URL and the `host` header do not name the same host.");
}

/** Node shows the first one only. */
function hasSecondHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts++;
  }
  return hosts > 1;
}

/** @returns the host of a URL in absolute-form; `undefined` for a path. */
function readAuthority(url: string): string | undefined {
  return url.startsWith("/") ? undefined : ABSOLUTE_FORM.exec(url)?.[1];
}

/** Whoever disagrees with us on whom a request is for may disagree on where it ends. */
function invalid(text: string): GatewayError {
  return new GatewayError("invalid_http", text, { headers: { connection: "close" } });
}
