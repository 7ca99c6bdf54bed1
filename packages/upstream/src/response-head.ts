/**
 * The head of an HTTP/1.1 response. Strict: what could be read in two ways is refused, because the next
 * answer on the same connection would begin at the wrong byte.
 *
 * Source: RFC 9112, sections 4, 5 and 6.3; RFC 9110, sections 5.5 and 5.6.2.
 */
import { ProtocolError } from "./protocol-error.ts";

export interface ResponseHead {
  /** 100–599. */
  readonly status: number;
  /** Names in lower case; of a repeated header the first value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly framing: Framing;
  /** How long the upstream keeps the connection for another request, ms. 0: it does not; `undefined`: unsaid. */
  readonly keepAliveMs: number | undefined;
}

/** How the end of the body is known. */
export type Framing =
  | { readonly type: "length"; readonly bytes: number }
  | { readonly type: "chunked" }
  | { readonly type: "until_close" };

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Sixteen digits do not fit into an exact number; a petabyte does. */
const LENGTH = /^\d{1,15}$/;
const CHUNKED = /^chunked$/i;
const CLOSE = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i;
/** https://www.rfc-editor.org/rfc/rfc2068#section-19.7.1.1 */
const KEEP_ALIVE_TIMEOUT = /(?:^|,)[ \t]*timeout=(\d{1,6})\b/i;

/**
 * @param text Without the empty line at its end, one character per byte.
 * @throws ProtocolError
 */
export function parseResponseHead(text: string): ResponseHead {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const [, minorVersion, digits] = STATUS_LINE.exec(statusLine) ?? [];
  if (digits === undefined) throw new ProtocolError("no status line");
  const isOld = minorVersion === "0";
  // It came with 1.1: nobody can say what is meant.
  if (isOld && digits.startsWith("1")) throw new ProtocolError("1xx in HTTP/1.0");
  const headers: Record<string, string> = {};
  for (const line of lines) addHeader(headers, line);
  const status = Number(digits);
  const framing = toFraming(status, headers);
  // A sender that knows chunks speaks 1.1; whoever says otherwise may not mean what it says (6.1).
  const isKept = !isOld && !CLOSE.test(headers["connection"] ?? "");
  return { status, headers, framing, keepAliveMs: isKept ? toKeepAliveMs(headers) : 0 };
}

/** They say where the body ends: once, and not when it has begun. */
const FRAMING_HEADERS: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);

function addHeader(headers: Record<string, string>, line: string): void {
  const [name, value] = parseHeaderLine(line);
  // An assignment to it would change the prototype.
  if (name === "__proto__") return;
  if (!Object.hasOwn(headers, name)) headers[name] = value;
  else if (FRAMING_HEADERS.has(name)) throw new ProtocolError("two framings");
}

/** Of a header behind the body, which is dropped. @throws ProtocolError */
export function checkTrailer(line: string): void {
  const [name] = parseHeaderLine(line);
  if (FRAMING_HEADERS.has(name)) throw new ProtocolError("a framing behind the body");
}

/** @returns name in lower case, and value. @throws ProtocolError */
function parseHeaderLine(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
  const value = trimBlanks(line.slice(colon + 1));
  if (!NAME.test(name) || !VALUE.test(value)) throw new ProtocolError("not a header");
  return [name, value];
}

/** Blanks are spaces and tabs alone; `trim` would take off what belongs to the value. */
function trimBlanks(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value, start)) start++;
  while (end > start && isBlank(value, end - 1)) end--;
  return value.slice(start, end);
}

function isBlank(value: string, index: number): boolean {
  return value[index] === " " || value[index] === "\t";
}

function toFraming(status: number, headers: Readonly<Record<string, string>>): Framing {
  const { "content-length": length, "transfer-encoding": encoding } = headers;
  if (status < 200 && (length ?? encoding) !== undefined)
    throw new ProtocolError("1xx with a body");
  if (status < 200 || status === 204 || status === 304) return { type: "length", bytes: 0 };
  if (encoding !== undefined) {
    if (length !== undefined) throw new ProtocolError("a length and chunks");
    if (!CHUNKED.test(encoding)) throw new ProtocolError("an unknown transfer encoding");
    return { type: "chunked" };
  }
  if (length === undefined) return { type: "until_close" };
  if (!LENGTH.test(length)) throw new ProtocolError("no length");
  return { type: "length", bytes: Number(length) };
}

function toKeepAliveMs(headers: Readonly<Record<string, string>>): number | undefined {
  const [, seconds] = KEEP_ALIVE_TIMEOUT.exec(headers["keep-alive"] ?? "") ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
