/**
 * Steps through JSON byte by byte, without parsing it.
 *
 * Hot. Each step goes from an offset to the offset behind what it skips, at most to the end of the bytes.
 * Each takes time that grows with what it skips and with nothing else, whatever that holds.
 */

export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const OPEN_BRACKET = 91;
export const CLOSE_BRACKET = 93;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

const BACKSLASH = 92;
const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];

/** 1 for each byte that a number is written with. */
const NUMBER_BYTES = new Uint8Array(256);
for (const byte of Buffer.from("0123456789+-.eE")) NUMBER_BYTES[byte] = 1;

/** 1 for each byte that ends a number or a word: of the structure, and white space. */
const WORD_ENDS = new Uint8Array(256);
for (const byte of Buffer.from('{}[],:" \t\r\n')) WORD_ENDS[byte] = 1;

/** Bytes of a string that are looked at one by one before a native search is worth its call. */
const NEAR_BYTES = 64;

export function skipSpace(bytes: Buffer, from: number): number {
  let position = from;
  while (isSpace(bytes[position])) position++;
  return position;
}

/** @param quote The opening one. */
export function skipString(bytes: Buffer, quote: number): number {
  const end = findClosingQuote(bytes, quote + 1);
  return end === -1 ? bytes.length : end + 1;
}

/**
 * @param from Within a string, not behind a backslash that belongs to it.
 * @returns -1 when the string goes on behind the bytes.
 */
export function findClosingQuote(bytes: Buffer, from: number): number {
  let position = from;
  while (position < bytes.length) {
    const nearEnd = Math.min(position + NEAR_BYTES, bytes.length);
    while (position < nearEnd) {
      const byte = bytes[position];
      if (byte === QUOTE) return position;
      position += byte === BACKSLASH ? 2 : 1;
    }
    const quote = bytes.indexOf(QUOTE, position);
    if (quote === -1) return -1;
    if (skipEscapes(bytes, position, quote) === quote) return quote;
    position = quote + 1;
  }
  return -1;
}

/**
 * @param from As above.
 * @param end Within the same string, or where it goes on behind the bytes.
 * @returns the end, or the backslash in front of it, to which the next byte belongs.
 */
export function skipEscapes(bytes: Buffer, from: number, end: number): number {
  let run = end;
  while (run > from && bytes[run - 1] === BACKSLASH) run--;
  return (end - run) % 2 === 0 ? end : end - 1;
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
export function skipWord(bytes: Buffer, from: number): number {
  let position = from;
  while (position < bytes.length && WORD_ENDS[bytes[position] ?? 0] === 0) position++;
  return position;
}

/**
 * Over numbers of a list that follow one another as JSON without white space has them.
 *
 * @param from The first byte of one.
 * @returns the first byte of the last one that begins in these bytes.
 */
export function skipNumbers(bytes: Buffer, from: number): number {
  let last = from;
  let position = from;
  while (NUMBER_BYTES[bytes[position] ?? 0] === 1) {
    while (NUMBER_BYTES[bytes[position] ?? 0] === 1) position++;
    if (bytes[position] !== COMMA) return last;
    position++;
    if (NUMBER_BYTES[bytes[position] ?? 0] === 1) last = position;
  }
  return last;
}

export function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === LF || byte === CR || byte === TAB;
}
