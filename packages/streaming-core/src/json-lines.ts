/**
 * Turns bare lines of JSON into events, for upstreams that leave out the `data:`.
 *
 * What is not a whole object on one line is dropped: a client could make nothing of it.
 */
import { HeldBytes } from "./held-bytes.ts";
import { EVENT_BYTES_MAX } from "./sse-scanner.ts";
import type { SseScanner } from "./sse-scanner.ts";

const LF = 10;
const SPACES: readonly unknown[] = [LF, 13, 32];
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const DATA = Buffer.from("data: ");
const EVENT_END = Buffer.from("\n\n");

export class JsonLines {
  readonly #scanner: SseScanner;
  readonly #partial: HeldBytes = new HeldBytes();

  /** @param scanner Gets the events. */
  constructor(scanner: SseScanner) {
    this.#scanner = scanner;
  }

  /** Whether a stream that begins with this frame is one of bare JSON. */
  static begins(frame: Buffer): boolean {
    return frame[skipSpace(frame)] === OPEN_BRACE;
  }

  /** @returns false when the stream has to stop here. */
  push(frame: Buffer): boolean {
    let lineStart = 0;
    let lineEnd = frame.indexOf(LF);
    while (lineEnd !== -1) {
      this.#partial.add(frame.subarray(lineStart, lineEnd));
      if (!this.#pushLine(this.#partial.take())) return false;
      lineStart = lineEnd + 1;
      lineEnd = frame.indexOf(LF, lineStart);
    }
    this.#partial.add(frame.subarray(lineStart));
    return this.#partial.length <= EVENT_BYTES_MAX;
  }

  /** The last line may lack its end. @returns false when the stream has to stop here. */
  end(): boolean {
    return this.#pushLine(this.#partial.take());
  }

  #pushLine(line: Buffer): boolean {
    const text = Buffer.from(line.toString("latin1").trim(), "latin1");
    if (text[0] !== OPEN_BRACE || text[text.length - 1] !== CLOSE_BRACE) return true;
    return this.#scanner.push(Buffer.concat([DATA, text, EVENT_END]));
  }
}

function skipSpace(frame: Buffer): number {
  let position = 0;
  while (SPACES.includes(frame[position])) position++;
  return position;
}
