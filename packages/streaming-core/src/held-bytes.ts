/** Pieces before they are joined, so that an upstream that sends byte by byte costs no more than others. */
const PIECES_MAX = 256;

/** Bytes that wait for their end, joined once when it has come. */
export class HeldBytes {
  #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    if (this.#pieces.length === PIECES_MAX) this.#pieces = [Buffer.concat(this.#pieces)];
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** Lets go of all of it. */
  take(): Buffer {
    const [only] = this.#pieces;
    const bytes =
      only !== undefined && this.#pieces.length === 1
        ? only
        : Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#length = 0;
    return bytes;
  }
}
