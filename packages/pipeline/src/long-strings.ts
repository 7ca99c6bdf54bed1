/**
 * The long strings of a large JSON body, which are checked piece by piece and left out of what is parsed as a
 * whole: we act on nothing that they say.
 */
import { skipEscapes } from "@slipstream/dialects/json-bytes";
import { GatewayError } from "@slipstream/contracts/errors";
import type { Span } from "./json-members.ts";
import type { NextTurn } from "./json-structure.ts";

/** Bytes. JSON.parse takes 3 ms for so many escapes. */
const PIECE_BYTES = 1024 * 1024;
/** Of the longest escape, `\u0000`, and of the longest character, bytes. */
const ESCAPE_BYTES = 6;
const CHARACTER_BYTES = 4;

const BACKSLASH = 92;
const QUOTES = Buffer.from('""');

/** Strict about UTF-8. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws {GatewayError} `invalid_json` when one of the strings is none. */
export async function checkLongStrings(
  json: Buffer,
  strings: readonly Span[],
  nextTurn: NextTurn,
  pieceBytes: number = PIECE_BYTES,
): Promise<void> {
  for (const { start, end } of strings) {
    const close = end - 1;
    let from = start + 1;
    while (from < close) {
      const to = close - from <= pieceBytes ? close : findCut(json, from, from + pieceBytes);
      checkPiece(json.subarray(from, to));
      from = to;
      await nextTurn();
    }
  }
}

/** Where a string can be cut, in front of this place: not within a character and not within an escape. */
function findCut(json: Buffer, from: number, at: number): number {
  let cut = at;
  while (isContinuation(json[cut]) && at - cut < CHARACTER_BYTES) cut--;
  const backslash = json.subarray(cut - ESCAPE_BYTES, cut).lastIndexOf(BACKSLASH);
  if (backslash === -1) return cut;
  const escape = cut - ESCAPE_BYTES + backslash;
  return escape > from && skipEscapes(json, from, escape) === escape ? escape : cut;
}

/** Any byte of a character in UTF-8 but its first. */
function isContinuation(byte = 0): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

function checkPiece(piece: Buffer): void {
  try {
    JSON.parse(`"${decoder.decode(piece)}"`);
  } catch {
    throw invalidJson();
  }
}

/** The same JSON with empty strings in their places. */
export function leaveOut(json: Buffer, strings: readonly Span[]): Buffer {
  const pieces: Buffer[] = [];
  let position = 0;
  for (const { start, end } of strings) {
    pieces.push(json.subarray(position, start), QUOTES);
    position = end;
  }
  pieces.push(json.subarray(position));
  return Buffer.concat(pieces);
}

/** The parser's own message repeats what it read. */
export function invalidJson(): GatewayError {
  return new GatewayError("invalid_json", "The request body is not valid JSON in UTF-8.");
}
