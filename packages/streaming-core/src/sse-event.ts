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
  const values: Buffer[] = [];
  let position = startsWith(event, BYTE_ORDER_MARK, 0) ? BYTE_ORDER_MARK.length : 0;
  while (position < event.length) {
    const lineEnd = findLineEnd(event, position);
    const value = readLine(event.subarray(position, lineEnd), field);
    if (value !== undefined) values.push(value);
    position = lineEnd + 1;
  }
  return values;
}

const NEWLINE = Buffer.from([LF]);
const DATA_PREFIX = Buffer.from("data: ");
const EVENT_END = Buffer.from("\n\n");

/**
 * The same event with other data.
 *
 * @param data As `readEventData` found it in these bytes. Data of several lines is written on one.
 */
export function replaceEventData(event: Buffer, data: Buffer, replacement: Buffer): Buffer {
  const start = data.buffer === event.buffer ? data.byteOffset - event.byteOffset : -1;
  if (start < 0 || start > event.length) {
    return Buffer.concat([DATA_PREFIX, replacement, EVENT_END]);
  }
  return Buffer.concat([
    event.subarray(0, start),
    replacement,
    event.subarray(start + data.length),
  ]);
}

/** @returns the value of the line, `undefined` when it has another field. */
function readLine(line: Buffer, field: string): Buffer | undefined {
  if (line.toString("latin1", 0, field.length) !== field) return undefined;
  if (line.length === field.length) return line.subarray(line.length);
  if (line[field.length] !== COLON) return undefined;
  const valueStart = field.length + 1;
  return line.subarray(line[valueStart] === SPACE ? valueStart + 1 : valueStart);
}

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
