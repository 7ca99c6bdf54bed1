/**
 * A look at the structure of JSON before it is parsed, so that a body cannot cost more than its size.
 *
 * JSON.parse takes seconds for a few megabytes of nothing but members or brackets, and nothing else runs
 * meanwhile. This look takes a nanosecond or so per byte and jumps over strings.
 */
import { GatewayError } from "@slipstream/contracts/errors";

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [123, 125, 91, 93];

/** Objects and arrays inside one another. Tool schemas of real clients stay below 20. */
export const DEPTH_MAX: number = 128;
/** Members of all objects together: a conversation of ten thousand messages has half of it. */
export const MEMBERS_MAX: number = 50_000;
/** Objects and arrays together. */
export const CONTAINERS_MAX: number = 50_000;

/**
 * @param json Bytes that may be JSON; what is not is for the parser to find.
 * @throws {GatewayError} `invalid_request` beyond a bound.
 */
export function checkStructure(json: Buffer): void {
  let depth = 0;
  let members = 0;
  let containers = 0;
  for (let position = 0; position < json.length; position++) {
    const byte = json[position];
    if (byte === QUOTE) {
      position = findStringEnd(json, position) - 1;
    } else if (byte === COLON) {
      members++;
      if (members > MEMBERS_MAX) throw toStructureError(`more than ${MEMBERS_MAX} fields`);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      containers++;
      if (depth > DEPTH_MAX) throw toStructureError(`nesting of more than ${DEPTH_MAX} levels`);
      if (containers > CONTAINERS_MAX) {
        throw toStructureError(`more than ${CONTAINERS_MAX} objects and lists`);
      }
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
    }
  }
}

/** @returns the offset after the closing quote of the string that opens at `start`; the end without one. */
export function findStringEnd(json: Buffer, start: number): number {
  let quote = json.indexOf(QUOTE, start + 1);
  while (quote !== -1 && isEscaped(json, quote)) quote = json.indexOf(QUOTE, quote + 1);
  return quote === -1 ? json.length : quote + 1;
}

/** An odd number of backslashes precedes it. */
function isEscaped(json: Buffer, quote: number): boolean {
  let backslash = quote - 1;
  while (json[backslash] === BACKSLASH) backslash--;
  return (quote - backslash) % 2 === 0;
}

function toStructureError(what: string): GatewayError {
  return new GatewayError("invalid_request", `The request body has ${what}.`);
}
