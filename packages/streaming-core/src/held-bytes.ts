/** First room for more than one piece, bytes: a few events, or the body of a small request. */
const ROOM_BYTES_MIN = 4096;

const NOTHING = Buffer.alloc(0);

/**
 * Bytes that wait for their end. One piece is kept as it is; more are copied into one room that doubles
 * when it is full, so that a peer that sends byte by byte costs no more than its bytes.
 */
export class HeldBytes {
  #bytes: Buffer = NOTHING;
  #length = 0;
  /** `#bytes` is ours to write into. */
  #isRoom = false;
  readonly #expectedBytes: number;

  /** @param expectedBytes How many will come, as far as that is known: saves making room again. */
  constructor(expectedBytes: number = ROOM_BYTES_MIN) {
    this.#expectedBytes = expectedBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** All of it so far; valid until more is added. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  add(piece: Buffer): void {
    if (this.#length === 0) {
      this.#bytes = piece;
      this.#isRoom = false;
    } else {
      this.#reserve(this.#length + piece.length);
      this.#bytes.set(piece, this.#length);
    }
    this.#length += piece.length;
  }

  /** Lets go of all of it. */
  take(): Buffer {
    const { bytes } = this;
    this.#bytes = NOTHING;
    this.#length = 0;
    return bytes;
  }

  #reserve(length: number): void {
    if (this.#isRoom && length <= this.#bytes.length) return;
    const isExpected = length <= this.#expectedBytes;
    const room = Buffer.allocUnsafe(isExpected ? this.#expectedBytes : length * 2);
    room.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = room;
    this.#isRoom = true;
  }
}
