/**
 * Reads the HTTP/1.1 response of one exchange from the bytes of its connection, however they are cut.
 *
 * Hot. A frame is the part of one HTTP chunk that one packet holds; nothing is copied or kept but a head
 * that is not whole yet.
 *
 * Source: RFC 9112, section 6.
 */
import { ChunkFraming } from "./chunk-framing.ts";
import { ProtocolError } from "./protocol-error.ts";
import { parseResponseHead } from "./response-head.ts";
import type { ResponseHead } from "./response-head.ts";

export interface ResponseListener {
  /** Final: 1xx are not told. */
  head(head: ResponseHead): void;
  /** Bytes of the body; never empty. */
  frame(frame: Buffer): void;
  /** All of it has come. */
  end(): void;
}

/** As Node's own default, for all headers of all heads of one answer. */
export const HEAD_BYTES_MAX: number = 16 * 1024;
const HEAD_END = "\r\n\r\n";
/** What every head begins with. */
const HEAD_BEGIN = Buffer.from("HTTP/1.");

/** Of a body: how it is framed. */
type State = "head" | "length" | "chunked" | "until_close" | "done";

export class ResponseReader {
  readonly #listener: ResponseListener;
  #state: State = "head";
  /** Of a head that is not whole yet. */
  #held: Buffer | undefined;
  #headBytes = 0;
  /** Of a body with a length: bytes that are still to come. */
  #left = 0;
  readonly #chunks = new ChunkFraming();
  #hasHeard = false;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** Anything has come, of whatever sense. */
  get hasHeard(): boolean {
    return this.#hasHeard;
  }

  /**
   * @returns how many of the bytes belong to this response: all of them, unless it ends before.
   * @throws ProtocolError
   */
  push(bytes: Buffer): number {
    this.#hasHeard = true;
    let position = 0;
    while (position < bytes.length && this.#state !== "done") {
      position = this.#read(bytes, position);
    }
    return position;
  }

  /** The connection has ended in good order; the response may have ended with it. */
  close(): void {
    if (this.#state === "until_close") this.#finish();
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  #read(bytes: Buffer, from: number): number {
    switch (this.#state) {
      case "head":
        return this.#readHead(bytes, from);
      case "length":
        return this.#readLength(bytes, from);
      case "chunked":
        return this.#readChunks(bytes, from);
      case "until_close":
        this.#listener.frame(bytes.subarray(from));
        return bytes.length;
      case "done":
        return from;
    }
  }

  #readHead(bytes: Buffer, from: number): number {
    const heldBytes = this.#held?.length ?? 0;
    const arrived = bytes.subarray(from);
    const known = this.#held === undefined ? arrived : Buffer.concat([this.#held, arrived]);
    const begin = known.subarray(0, HEAD_BEGIN.length);
    if (begin.compare(HEAD_BEGIN, 0, begin.length) !== 0) throw new ProtocolError("not HTTP/1");
    const end = known.indexOf(HEAD_END, Math.max(0, heldBytes - HEAD_END.length), "latin1");
    const headBytes = end === -1 ? known.length : end + HEAD_END.length;
    if (this.#headBytes + headBytes > HEAD_BYTES_MAX) throw new ProtocolError("head too large");
    if (end === -1) {
      this.#held = known;
      return bytes.length;
    }
    this.#held = undefined;
    this.#headBytes += headBytes;
    this.#takeHead(parseResponseHead(known.toString("latin1", 0, end)));
    return from + headBytes - heldBytes;
  }

  #takeHead(head: ResponseHead): void {
    const { status, framing } = head;
    if (status === 101) throw new ProtocolError("an upgrade that nobody asked for");
    // The answer proper is still to come.
    if (status < 200) return;
    if (framing.type === "length") this.#left = framing.bytes;
    this.#state = framing.type;
    this.#listener.head(head);
    if (framing.type === "length" && framing.bytes === 0) this.#finish();
  }

  #readLength(bytes: Buffer, from: number): number {
    const to = Math.min(bytes.length, from + this.#left);
    this.#left -= to - from;
    this.#listener.frame(bytes.subarray(from, to));
    if (this.#left === 0) this.#finish();
    return to;
  }

  #readChunks(bytes: Buffer, from: number): number {
    const chunks = this.#chunks;
    if (chunks.dataBytes === 0) {
      chunks.read(bytes[from] ?? 0);
      if (chunks.isDone) this.#finish();
      return from + 1;
    }
    const to = Math.min(bytes.length, from + chunks.dataBytes);
    chunks.takeData(to - from);
    this.#listener.frame(bytes.subarray(from, to));
    return to;
  }

  #finish(): void {
    this.#state = "done";
    this.#listener.end();
  }
}
