/**
 * What stands around the data of HTTP/1.1's chunked encoding, read byte by byte.
 *
 * Hot: some seven bytes per chunk. Source: RFC 9112, section 7.1.
 */
import { InvariantError } from "@slipstream/contracts/errors";
import { ProtocolError } from "./protocol-error.ts";
import { checkTrailer } from "./response-head.ts";

/** Extensions of one chunk's size, and all trailers: both are checked and dropped. */
const DROPPED_BYTES_MAX = 16 * 1024;
/** 52 bits: still an exact number. Some servers pad their sizes with zeros. */
const SIZE_DIGITS_MAX = 13;
/**
 * Without blanks, which the grammar would allow around its signs. A value in quotes holds no control character
 * but the tab, nor does a backslash in it hide one: RFC 9110, section 5.6.4.
 */
const EXTENSIONS =
  /^(?:;[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+|"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)+$/;

const CR = 13;
const LF = 10;
const SEMICOLON = 59;

type State =
  | "size"
  | "extension"
  | "data"
  | "data_end"
  | "trailer_begin"
  | "trailer"
  /** A CR has come: an LF, and then the next state. */
  | "line_end"
  | "done";

export class ChunkFraming {
  #state: State = "size";
  #next: State = "size";
  #sizeDigits = 0;
  /** Bytes of data that are still to come in this chunk. */
  #dataBytes = 0;
  /** What has been read of a line that will be dropped. */
  #line = "";
  #droppedBytes = 0;

  /** Bytes of data that come next; 0 when framing does. */
  get dataBytes(): number {
    return this.#state === "data" ? this.#dataBytes : 0;
  }

  /** The last chunk and what follows it have been read. */
  get isDone(): boolean {
    return this.#state === "done";
  }

  /** @param bytes How many of the data have been read, at most `dataBytes`. */
  takeData(bytes: number): void {
    this.#dataBytes -= bytes;
    if (this.#dataBytes === 0) this.#state = "data_end";
  }

  /** The next byte, which is none of the data. @throws ProtocolError */
  read(byte: number): void {
    switch (this.#state) {
      case "size":
        return this.#readSize(byte);
      case "extension":
        return byte === CR ? this.#endExtensions() : this.#drop(byte);
      case "data_end":
        this.#sizeDigits = 0;
        this.#droppedBytes = 0;
        expectByte(byte, CR);
        return this.#endLine("size");
      case "trailer_begin":
        this.#state = "trailer";
        return byte === CR ? this.#endLine("done") : this.#drop(byte);
      case "trailer":
        return byte === CR ? this.#endTrailer() : this.#drop(byte);
      case "line_end":
        this.#state = this.#next;
        return expectByte(byte, LF);
      case "data":
      case "done":
        throw new InvariantError("not a byte of the framing");
    }
  }

  #endLine(next: State): void {
    this.#state = "line_end";
    this.#next = next;
  }

  #readSize(byte: number): void {
    const digit = toDigit(byte);
    if (digit >= 0) {
      if (++this.#sizeDigits > SIZE_DIGITS_MAX) throw new ProtocolError("chunk too large");
      this.#dataBytes = this.#dataBytes * 16 + digit;
    } else if (this.#sizeDigits > 0 && byte === CR) {
      this.#endSize();
    } else if (this.#sizeDigits > 0 && byte === SEMICOLON) {
      this.#state = "extension";
      this.#drop(byte);
    } else {
      throw new ProtocolError("no chunk size");
    }
  }

  #endExtensions(): void {
    if (!EXTENSIONS.test(this.#takeLine())) throw new ProtocolError("not a chunk extension");
    this.#endSize();
  }

  #endSize(): void {
    this.#endLine(this.#dataBytes === 0 ? "trailer_begin" : "data");
  }

  #endTrailer(): void {
    checkTrailer(this.#takeLine());
    this.#endLine("trailer_begin");
  }

  #drop(byte: number): void {
    if (++this.#droppedBytes > DROPPED_BYTES_MAX) throw new ProtocolError("trailer too large");
    this.#line += String.fromCharCode(byte);
  }

  #takeLine(): string {
    const line = this.#line;
    this.#line = "";
    return line;
  }
}

function toDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function expectByte(byte: number, expected: number): void {
  if (byte !== expected) throw new ProtocolError("the framing is broken");
}
