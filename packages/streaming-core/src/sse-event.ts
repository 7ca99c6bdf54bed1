/**
 * The data of one whole event, for the events that the scanner cannot hand out in place.
 *
 * Source: WHATWG HTML, 9.2.6 "Interpreting an event stream".
 */

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * @param event Bytes of one event with its line ends; a byte order mark in front is skipped.
 * @returns The `data` lines joined by LF; `undefined` when there is none.
 */
export function readEventData(event: Buffer): Buffer | undefined {
  const lines = readField(event, "data");
  if (lines.length < 2) return lines[0];
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [NEWLINE, line])));
}

/**
 * @returns The data of an event that is called an error, by its name or by a field `error` in place of
 *   the data (older llama.cpp); `undefined` for every other event.
 */
export function readErrorData(event: Buffer): Buffer | undefined {
  const [error] = readField(event, "error");
  if (error !== undefined) return error;
  const [name] = readField(event, "event");
  return name?.toString("latin1") === "error" ? readEventData(event) : undefined;
}

/** The values of all lines with this field. */
function readField(event: Buffer, field: string): readonly Buffer[] {
  return readLines(event).flatMap((line) => {
    const valueStart = findValue(event, line, field);
    return valueStart === -1 ? [] : [event.subarray(valueStart, line.end)];
  });
}

/**
 * The same event with other data: everything else, and the way in which its data is written, stays.
 *
 * @param data JSON text; each of its lines becomes one of the event.
 */
export function replaceEventData(event: Buffer, data: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let isWritten = false;
  let position = 0;
  for (const line of readLines(event)) {
    const valueStart = findValue(event, line, "data");
    // What precedes the first line is a byte order mark.
    if (valueStart === -1) pieces.push(event.subarray(position, line.next));
    else if (!isWritten) {
      const prefix = event.subarray(position, valueStart);
      pieces.push(...toDataLines(prefix, data, event.subarray(line.end, line.next)));
      isWritten = true;
    }
    position = line.next;
  }
  return Buffer.concat(pieces);
}

function toDataLines(prefix: Buffer, data: Buffer, lineEnd: Buffer): readonly Buffer[] {
  const lines = data.toString("latin1").split("\n");
  return lines.flatMap((line) => [prefix, Buffer.from(line, "latin1"), lineEnd]);
}

/** Offsets of a line: `next` is behind its line end. */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

function readLines(event: Buffer): readonly Line[] {
  const lines: Line[] = [];
  let start = startsWith(event, BYTE_ORDER_MARK, 0) ? BYTE_ORDER_MARK.length : 0;
  while (start < event.length) {
    const end = findLineEnd(event, start);
    const isCrLf = event[end] === CR && event[end + 1] === LF;
    const next = Math.min(end + (isCrLf ? 2 : 1), event.length);
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

/** @returns where the value of the line begins, -1 when it has another field. */
function findValue(event: Buffer, { start, end }: Line, field: string): number {
  const nameEnd = start + field.length;
  if (nameEnd > end || event.toString("latin1", start, nameEnd) !== field) return -1;
  if (nameEnd === end) return end;
  if (event[nameEnd] !== COLON) return -1;
  return event[nameEnd + 1] === SPACE ? Math.min(nameEnd + 2, end) : nameEnd + 1;
}

const NEWLINE = Buffer.from([LF]);

/** Offset of the next CR or LF; the end of the bytes without one. */
export function findLineEnd(bytes: Buffer, from: number): number {
  let position = from;
  while (position < bytes.length && bytes[position] !== LF && bytes[position] !== CR) position++;
  return position;
}

function startsWith(bytes: Buffer, prefix: Buffer, at: number): boolean {
  return (
    bytes.length >= at + prefix.length &&
    bytes.compare(prefix, 0, prefix.length, at, at + prefix.length) === 0
  );
}
