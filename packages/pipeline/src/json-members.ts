/**
 * Where the members of a JSON object stand in its bytes, so that one value can be replaced and all
 * else stays as the client wrote it.
 *
 * Warm: one pass that jumps over strings. The bytes were accepted by JSON.parse before.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import {
  CLOSE_BRACE,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from "@slipstream/dialects/json-bytes";

/** Bytes of a value, without the white space around it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * @param json UTF-8 bytes of one JSON object.
 * @returns Each member's value by its name.
 * @throws {GatewayError} `invalid_request` for a name that appears twice: parsers disagree about which
 *   one counts, so `model` twice would buy one model at another's price.
 */
export function findMembers(json: Buffer): ReadonlyMap<string, Span> {
  const members = new Map<string, Span>();
  let position = skipSpace(json, skipSpace(json, 0) + 1);
  while (json[position] === QUOTE) {
    const nameEnd = skipString(json, position);
    const name = readName(json.toString("utf8", position + 1, nameEnd - 1));
    if (members.has(name)) throw toDuplicateError(name);
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = skipValue(json, start);
    members.set(name, { start, end });
    // Behind the comma, or behind the closing brace where no further name follows.
    position = skipSpace(json, skipSpace(json, end) + 1);
  }
  return members;
}

/** @param written Between its quotes. */
function readName(written: string): string {
  return written.includes("\\") ? String(JSON.parse(`"${written}"`)) : written;
}

/** Characters of a client's field name that an error repeats. */
const NAME_SHOWN_MAX = 64;

function toDuplicateError(name: string): GatewayError {
  const param = name.slice(0, NAME_SHOWN_MAX);
  return new GatewayError("invalid_request", "A field of the request body appears twice.", {
    param,
  });
}

/**
 * The same object with these members' values; what is not there yet is added at the end.
 *
 * @param values New values by name, each as JSON text.
 */
export function editMembers(
  json: Buffer,
  members: ReadonlyMap<string, Span>,
  values: ReadonlyMap<string, string>,
): Buffer {
  const pieces: Buffer[] = [];
  let position = 0;
  // In the order in which they stand.
  for (const [name, span] of members) {
    const value = values.get(name);
    if (value === undefined) continue;
    pieces.push(json.subarray(position, span.start), Buffer.from(value));
    position = span.end;
  }
  const end = json.lastIndexOf(CLOSE_BRACE);
  pieces.push(json.subarray(position, end));
  for (const [name, value] of values) {
    if (members.has(name)) continue;
    const comma = members.size === 0 ? "" : ",";
    pieces.push(Buffer.from(`${comma}${JSON.stringify(name)}:${value}`));
  }
  pieces.push(json.subarray(end));
  return concat(pieces);
}

/** As `Buffer.concat`, but not cut from memory that is shared: it is kept for as long as the answer lasts. */
function concat(pieces: readonly Buffer[]): Buffer {
  const joined = Buffer.allocUnsafeSlow(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    joined.set(piece, position);
    position += piece.length;
  }
  return joined;
}
