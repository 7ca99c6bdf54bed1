/**
 * The data of one whole event, for the events that the scanner cannot hand out in place. Whatever lines an
 * event has, it is read in one pass, and only those of data are remembered.
 *
 * Source: WHATWG HTML, 9.2.6 "Interpreting an event stream".
 */

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const [DATA, EVENT, ERROR] = [Buffer.from("data"), Buffer.from("event"), Buffer.from("error")];
const NEWLINE = Buffer.from([LF]);
const NOTHING = Buffer.alloc(0);

/** Lines of data in one event. JSON that is laid out for people has some hundred; more are not read. */
export const DATA_LINES_MAX = 4096;

export interface EventData {
  /** It is called an error, by its name or by a field `error` in place of the data (older llama.cpp). */
  readonly isError: boolean;
  /** Its lines joined by LF; empty when they are too many. */
  readonly data: Buffer;
}

/**
 * @param event Bytes of one event with its line ends; a byte order mark in front is skipped.
 * @returns `undefined` when it has no data: a comment, for example.
 */
export function readEvent(event: Buffer): EventData | undefined {
  const lines: Buffer[] = [];
  let isError = false;
  let start = skipByteOrderMark(event);
  while (start < event.length) {
    const end = findLineEnd(event, start);
    const data = findValue(event, start, end, DATA);
    if (data !== -1 && lines.length <= DATA_LINES_MAX) lines.push(event.subarray(data, end));
    const error = findValue(event, start, end, ERROR);
    if (error !== -1) return { isError: true, data: event.subarray(error, end) };
    const name = findValue(event, start, end, EVENT);
    if (name !== -1) isError = event.subarray(name, end).equals(ERROR);
    start = skipLineEnd(event, end);
  }
  return lines.length === 0 ? undefined : { isError, data: joinLines(lines) };
}

function joinLines(lines: readonly Buffer[]): Buffer {
  const [first = NOTHING] = lines;
  if (lines.length === 1) return first;
  if (lines.length > DATA_LINES_MAX) return NOTHING;
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [NEWLINE, line])));
}

/**
 * The same event with other data: everything else, and the way in which its data is written, stays.
 *
 * @param data JSON text; each of its lines becomes one of the event.
 */
export function replaceEventData(event: Buffer, data: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let isWritten = false;
  let runStart = 0;
  let start = skipByteOrderMark(event);
  while (start < event.length) {
    const end = findLineEnd(event, start);
    const next = skipLineEnd(event, end);
    const value = findValue(event, start, end, DATA);
    if (value !== -1) {
      pieces.push(event.subarray(runStart, start));
      const [prefix, lineEnd] = [event.subarray(start, value), event.subarray(end, next)];
      if (!isWritten) pieces.push(...toDataLines(prefix, data, lineEnd));
      isWritten = true;
      runStart = next;
    }
    start = next;
  }
  pieces.push(event.subarray(runStart));
  return Buffer.concat(pieces);
}

function toDataLines(prefix: Buffer, data: Buffer, lineEnd: Buffer): readonly Buffer[] {
  const lines = data.toString("latin1").split("\n");
  return lines.flatMap((line) => [prefix, Buffer.from(line, "latin1"), lineEnd]);
}

/** @returns where the value of the line, from `start` to `end`, begins; -1 when it has another field. */
function findValue(event: Buffer, start: number, end: number, field: Buffer): number {
  const nameEnd = start + field.length;
  if (nameEnd > end || !startsWith(event, field, start)) return -1;
  if (nameEnd === end) return end;
  if (event[nameEnd] !== COLON) return -1;
  return event[nameEnd + 1] === SPACE ? Math.min(nameEnd + 2, end) : nameEnd + 1;
}

/** Offset of the next CR or LF; the end of the bytes without one. */
export function findLineEnd(bytes: Buffer, from: number): number {
  let position = from;
  while (position < bytes.length && bytes[position] !== LF && bytes[position] !== CR) position++;
  return position;
}

function skipLineEnd(bytes: Buffer, lineEnd: number): number {
  const isCrLf = bytes[lineEnd] === CR && bytes[lineEnd + 1] === LF;
  return Math.min(lineEnd + (isCrLf ? 2 : 1), bytes.length);
}

function skipByteOrderMark(event: Buffer): number {
  return startsWith(event, BYTE_ORDER_MARK, 0) ? BYTE_ORDER_MARK.length : 0;
}

function startsWith(bytes: Buffer, prefix: Buffer, at: number): boolean {
  for (let index = 0; index < prefix.length; index++) {
    if (bytes[at + index] !== prefix[index]) return false;
  }
  return true;
}
