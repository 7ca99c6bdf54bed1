/**
 * Steps through JSON byte by byte, without parsing it.
 *
 * Hot. Each step goes from an offset to the offset behind what it skips, at most to the end of the bytes.
 */

export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

const [OPEN_BRACKET, CLOSE_BRACKET, BACKSLASH] = [91, 93, 92];
const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];

export function skipSpace(bytes: Buffer, from: number): number {
  let position = from;
  while (isSpace(bytes[position])) position++;
  return position;
}

/** @param quote The opening one. */
export function skipString(bytes: Buffer, quote: number): number {
  let position = quote + 1;
  while (position < bytes.length && bytes[position] !== QUOTE) {
    position += bytes[position] === BACKSLASH ? 2 : 1;
  }
  return position + 1;
}

export function skipValue(bytes: Buffer, from: number): number {
  const byte = bytes[from];
  if (byte === QUOTE) return skipString(bytes, from);
  return byte === OPEN_BRACE || byte === OPEN_BRACKET
    ? skipNested(bytes, from)
    : skipWord(bytes, from);
}

function skipNested(bytes: Buffer, from: number): number {
  let depth = 0;
  let position = from;
  while (position < bytes.length) {
    const byte = bytes[position];
    if (byte === QUOTE) {
      position = skipString(bytes, position);
      continue;
    }
    position++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) break;
  }
  return position;
}

/** A number, `true`, `false` or `null`. */
function skipWord(bytes: Buffer, from: number): number {
  let position = from;
  while (position < bytes.length && !isWordEnd(bytes[position])) position++;
  return position;
}

function isWordEnd(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte);
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}
