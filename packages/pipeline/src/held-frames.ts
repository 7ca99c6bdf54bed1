/** Frames that are held, in the order in which they came. */
import type { Span } from "./json-members.ts";

/** Frames that are smaller are joined, so that a client that sends byte by byte costs no more than others. */
const PIECE_BYTES_MIN = 64 * 1024;
/** Small ones that wait to be joined. */
const SMALL_FRAMES_MAX = 256;

export class HeldFrames {
  readonly #pieces: Buffer[] = [];
  #small: Buffer[] = [];
  #smallBytes = 0;

  add(frame: Buffer): void {
    this.#small.push(frame);
    this.#smallBytes += frame.length;
    if (this.#smallBytes >= PIECE_BYTES_MIN || this.#small.length === SMALL_FRAMES_MAX) {
      this.#join();
    }
  }

  /** All of it, with other bytes in place of the span. */
  withReplaced({ start, end }: Span, bytes: Buffer): Buffer[] {
    this.#join();
    return [
      ...cut(this.#pieces, { start: 0, end: start }),
      bytes,
      ...cut(this.#pieces, { start: end, end: Infinity }),
    ];
  }

  #join(): void {
    const [only] = this.#small;
    if (only === undefined) return;
    this.#pieces.push(this.#small.length === 1 ? only : Buffer.concat(this.#small));
    this.#small = [];
    this.#smallBytes = 0;
  }
}

function cut(pieces: readonly Buffer[], { start, end }: Span): Buffer[] {
  let offset = 0;
  return pieces.flatMap((piece) => {
    const part = piece.subarray(Math.max(0, start - offset), Math.max(0, end - offset));
    offset += piece.length;
    return part.length === 0 ? [] : [part];
  });
}
