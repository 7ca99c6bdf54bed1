/**
 * Cuts a Server-Sent Events stream, frame by frame as it arrives, into whole events.
 *
 * Hot. It searches for line ends natively, shows the data of each event in place and passes on runs
 * of whole events without copying them. Only an event that a frame border cuts is held and joined,
 * once, when its last byte has arrived, so what has been passed on always ends with a whole event.
 *
 * Lines end with LF, CRLF or CR; an empty line ends an event.
 * Source: WHATWG HTML, 9.2.5 "Parsing an event stream".
 */
import { HeldBytes } from "./held-bytes.ts";
import { findLineEnd, readEvent, replaceEventData } from "./sse-event.ts";

const NOTHING = Buffer.alloc(0);
const LF = 10;
const CR = 13;
const SPACE = 32;
const [LETTER_D, LETTER_A, LETTER_T, COLON] = [100, 97, 116, 58];
const DATA_FIELD_BYTES = "data:".length;
/** One line of data and the empty line behind it: what nearly every event is. */
const PLAIN_EVENT_LINES = 2;

/**
 * Bytes of one event that are held while its end is missing. Base64 images come near 1 MiB; a larger
 * event passes on as it comes, unread.
 */
export const EVENT_BYTES_MAX: number = 1024 * 1024;

/**
 * Bytes of one event that go by unread before the stream is given up: an upstream that never ends a
 * line is broken, not talkative.
 */
export const OVERSIZE_BYTES_MAX: number = 32 * 1024 * 1024;

/**
 * What becomes of an event: it is passed on; it is left out; a part of its data is left out (`cut`); or
 * the stream stops in front of it, and neither it nor what follows is passed on.
 */
export type EventVerdict = "pass" | "drop" | "cut" | "stop";

export interface EventReader {
  /** The data of one event: `bytes` from `start` to `end`. Not called for comments. */
  event(bytes: Buffer, start: number, end: number): EventVerdict;
  /** The data of an event that is called an error: `event: error`, or a field `error` instead of `data`. */
  errorEvent(data: Buffer): EventVerdict;
  /** After the verdict `cut`: which of the `bytes` are left out. */
  readonly cutStart: number;
  readonly cutEnd: number;
  /** An event has become larger than `EVENT_BYTES_MAX`; it goes by unread. */
  oversizeEvent(): void;
}

export interface EventOutput {
  /** Bytes to pass on. They end with a whole event, except inside an event that is too large. */
  pass(bytes: Buffer): void;
}

export class SseScanner {
  readonly #reader: EventReader;
  readonly #output: EventOutput;
  readonly #held: HeldBytes = new HeldBytes();
  /** Of an event that was too large to hold: bytes that went straight on. 0 for any other event. */
  #oversizeBytes = 0;
  /** The line under way has bytes in an earlier frame. */
  #isMidLine = false;
  /** The last frame ended with CR: an LF that comes next belongs to it. */
  #isAfterCr = false;
  #hasCr = false;
  /** After the verdict `cut`: the event as it is passed on. */
  #cutEvent: Buffer = NOTHING;
  /** Lines of the event that was found last, as far as they lie in this frame, and where the first ends. */
  #lines = 0;
  #firstLineEnd = 0;

  constructor(reader: EventReader, output: EventOutput) {
    this.#reader = reader;
    this.#output = output;
  }

  /** What was passed on ends within an event, because that is too large to hold. */
  get isWithinEvent(): boolean {
    return this.#oversizeBytes > 0;
  }

  /** @returns false when the stream has to stop here; nothing may be pushed after that. */
  push(frame: Buffer): boolean {
    this.#hasCr = frame.includes(CR);
    const isLfOfCrLf = this.#isAfterCr && frame[0] === LF;
    this.#isAfterCr = false;

    let runStart = 0;
    let eventEnd = this.#findEventEnd(frame, isLfOfCrLf ? 1 : 0);
    if (eventEnd !== -1 && (this.#held.length > 0 || this.#oversizeBytes > 0)) {
      if (!this.#endHeldEvent(frame.subarray(0, eventEnd))) return false;
      runStart = eventEnd;
      eventEnd = this.#findEventEnd(frame, runStart);
    }

    let eventStart = runStart;
    while (eventEnd !== -1) {
      const verdict = this.#readEvent(frame, eventStart, eventEnd);
      if (verdict !== "pass") {
        this.#pass(frame, runStart, eventStart);
        if (verdict === "stop") return false;
        if (verdict === "cut") this.#output.pass(this.#takeCutEvent());
        runStart = eventEnd;
      }
      eventStart = eventEnd;
      eventEnd = this.#findEventEnd(frame, eventStart);
    }
    this.#pass(frame, runStart, eventStart);
    return this.#hold(frame, eventStart);
  }

  /** Lets go of what is held: an event without its end, or nothing. */
  takeRest(): Buffer {
    return this.#held.take();
  }

  /** @returns the offset behind the next empty line, -1 when it is not in this frame. */
  #findEventEnd(frame: Buffer, from: number): number {
    let lineStart = from;
    this.#lines = 0;
    for (;;) {
      const lineEnd = this.#findLineEnd(frame, lineStart);
      if (lineEnd === -1) {
        if (lineStart < frame.length) this.#isMidLine = true;
        return -1;
      }
      const isEmpty = lineEnd === lineStart && !this.#isMidLine;
      this.#isMidLine = false;
      if (this.#lines === 0) this.#firstLineEnd = lineEnd;
      this.#lines++;
      lineStart = this.#skipLineEnd(frame, lineEnd);
      if (isEmpty) return lineStart;
    }
  }

  #findLineEnd(frame: Buffer, from: number): number {
    if (this.#hasCr) {
      const lineEnd = findLineEnd(frame, from);
      return lineEnd === frame.length ? -1 : lineEnd;
    }
    // Every second line is empty, and most frames end with an event; a native search costs 30 ns even there.
    if (from === frame.length) return -1;
    return frame[from] === LF ? from : frame.indexOf(LF, from);
  }

  #skipLineEnd(frame: Buffer, lineEnd: number): number {
    const next = lineEnd + 1;
    if (frame[lineEnd] === LF) return next;
    this.#isAfterCr = next === frame.length;
    return frame[next] === LF ? next + 1 : next;
  }

  #readEvent(frame: Buffer, start: number, end: number): EventVerdict {
    if (this.#lines !== PLAIN_EVENT_LINES || !isDataLine(frame, start)) {
      return this.#readWholeEvent(frame.subarray(start, end));
    }
    const valueStart = start + DATA_FIELD_BYTES;
    const dataStart = frame[valueStart] === SPACE ? valueStart + 1 : valueStart;
    const verdict = this.#reader.event(frame, dataStart, this.#firstLineEnd);
    if (verdict === "cut") {
      const { cutStart, cutEnd } = this.#reader;
      this.#cutEvent = Buffer.concat([
        frame.subarray(start, cutStart),
        frame.subarray(cutEnd, end),
      ]);
    }
    return verdict;
  }

  #readWholeEvent(event: Buffer): EventVerdict {
    const read = readEvent(event);
    if (read === undefined) return "pass";
    const { isError, data } = read;
    if (isError) return this.#reader.errorEvent(data);
    const verdict = this.#reader.event(data, 0, data.length);
    if (verdict === "cut") {
      const { cutStart, cutEnd } = this.#reader;
      const rest = Buffer.concat([data.subarray(0, cutStart), data.subarray(cutEnd)]);
      this.#cutEvent = replaceEventData(event, rest);
    }
    return verdict;
  }

  /** Keeps nothing: one small buffer keeps all 64 KiB that Node has cut it from. */
  #takeCutEvent(): Buffer {
    const event = this.#cutEvent;
    this.#cutEvent = NOTHING;
    return event;
  }

  /** @returns false to stop. */
  #endHeldEvent(tail: Buffer): boolean {
    if (this.#oversizeBytes > 0) {
      this.#oversizeBytes = 0;
      this.#output.pass(tail);
      return true;
    }
    this.#held.add(tail);
    const event = this.#held.take();
    const verdict = this.#readWholeEvent(event);
    if (verdict === "pass") this.#output.pass(event);
    if (verdict === "cut") this.#output.pass(this.#takeCutEvent());
    return verdict !== "stop";
  }

  #pass(frame: Buffer, start: number, end: number): void {
    if (start === end) return;
    this.#output.pass(start === 0 && end === frame.length ? frame : frame.subarray(start, end));
  }

  /** @returns false to stop. */
  #hold(frame: Buffer, start: number): boolean {
    if (start === frame.length) return true;
    const rest = frame.subarray(start);
    if (this.#oversizeBytes > 0) {
      this.#oversizeBytes += rest.length;
      this.#output.pass(rest);
      return this.#oversizeBytes <= OVERSIZE_BYTES_MAX;
    }
    this.#held.add(rest);
    if (this.#held.length <= EVENT_BYTES_MAX) return true;
    this.#oversizeBytes = this.#held.length;
    this.#reader.oversizeEvent();
    this.#output.pass(this.#held.take());
    return true;
  }
}

function isDataLine(bytes: Buffer, start: number): boolean {
  return (
    bytes[start] === LETTER_D &&
    bytes[start + 1] === LETTER_A &&
    bytes[start + 2] === LETTER_T &&
    bytes[start + 3] === LETTER_A &&
    bytes[start + 4] === COLON
  );
}
