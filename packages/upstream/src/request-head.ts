/** The head of an HTTP/1.1 request. Source: RFC 9112, sections 3 and 5; RFC 9110, section 5.5. */
import type { Deployment } from "@slipstream/contracts/deployment";
import { InvariantError } from "@slipstream/contracts/errors";
import type { UpstreamRequest } from "@slipstream/contracts/upstream";

/** Whatever ends a line would begin a header, or a request, of somebody else's making. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** What all requests to one deployment have in common; worked out once. */
export interface RequestTarget {
  readonly url: URL;
  /** Without a trailing slash; "" for a base URL without a path. */
  readonly basePath: string;
  /** Whole lines. */
  readonly headers: string;
}

export function toRequestTarget({ baseUrl, apiKey }: Deployment): RequestTarget {
  const url = new URL(baseUrl);
  const basePath = url.pathname.replace(/\/$/, "");
  const headers =
    toLine("host", url.host) +
    toLine("accept-encoding", "identity") +
    (apiKey === undefined ? "" : toLine("authorization", `Bearer ${apiKey}`));
  return { url, basePath, headers };
}

/** @returns one character per byte. */
export function encodeRequestHead(target: RequestTarget, request: UpstreamRequest): string {
  let head = `POST ${target.basePath}${request.path} HTTP/1.1\r\n${target.headers}`;
  for (const name in request.headers) head += toLine(name, request.headers[name] ?? "");
  return `${head}${toFramingLine(request.body)}\r\n`;
}

function toFramingLine(body: UpstreamRequest["body"]): string {
  const bytes = body instanceof Uint8Array ? body.length : body.bytes;
  if (bytes === undefined) return toLine("transfer-encoding", "chunked");
  return toLine("content-length", String(bytes));
}

function toLine(name: string, value: string): string {
  if (UNSENDABLE.test(value)) throw new InvariantError(`cannot be sent as a header: ${name}`);
  return `${name}: ${value}\r\n`;
}
