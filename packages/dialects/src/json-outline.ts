/**
 * Reads the structure of JSON while it arrives, without parsing it: whether containers, names and values
 * follow one another as they must, and how many there are. What is inside of strings and numbers is not looked
 * at.
 *
 * JSON.parse takes seconds for some megabytes of brackets, and nothing else runs meanwhile. This takes a
 * nanosecond or two per byte, when the byte comes.
 */
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  findClosingQuote,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipEscapes,
  skipNumbers,
  skipSpace,
  skipWord,
} from "./json-bytes.ts";

export interface OutlineBounds {
  /** Objects and lists inside one another. */
  readonly depthMax: number;
  /** Objects and lists together. */
  readonly containersMax: number;
  /** Members of all objects together. */
  readonly membersMax: number;
}

export type OutlineState =
  /** More has to come. */
  | "open"
  /** One value and nothing behind it. */
  | "whole"
  | "malformed"
  | "too_deep"
  | "too_many_containers"
  | "too_many_members";

/** With its quotes. */
export const LONG_STRING_BYTES: number = 64 * 1024;

/** Told where things stand: offsets in all bytes together. */
export interface OutlineReader {
  /** Of what stands deeper, within more containers, nothing is told. */
  readonly depthMax: number;
  /** The name of a member begins. @param depth Containers around it. */
  name(start: number, depth: number): void;
  /** A value begins; of a container its bracket. */
  valueStart(start: number, depth: number): void;
  /** A value has ended. */
  valueEnd(end: number, depth: number): void;
  /** A value that is a string of at least `LONG_STRING_BYTES`, in whatever depth; from quote to quote. */
  longString(start: number, end: number): void;
}

type Expected =
  | "value"
  | "value_or_close"
  | "name"
  | "name_or_close"
  | "colon"
  | "comma_or_close"
  | "nothing";

const [MINUS, ZERO, NINE] = [45, 48, 57];
/** Of `true`, `false` and `null`. */
const [LETTER_T, LETTER_F, LETTER_N] = [116, 102, 110];

export class JsonOutline {
  readonly #bounds: OutlineBounds;
  readonly #reader: OutlineReader | undefined;
  readonly #readDepthMax: number;
  #position = 0;
  #state: OutlineState = "open";
  #expected: Expected = "value";
  /** What the last bytes have ended within. */
  #within: "nothing" | "name" | "string" | "word" = "nothing";
  /** The containers that are open: whether each is an object. */
  readonly #isObject: boolean[] = [];
  #stringStart = 0;
  #containers = 0;
  #members = 0;

  constructor(bounds: OutlineBounds, reader?: OutlineReader) {
    this.#bounds = bounds;
    this.#reader = reader;
    this.#readDepthMax = reader?.depthMax ?? -1;
  }

  /** @param bytes All bytes so far; those that were there before are the same. */
  read(bytes: Buffer): OutlineState {
    while (this.#position < bytes.length && (this.#state === "open" || this.#state === "whole")) {
      if (this.#within === "nothing") this.#readToken(bytes);
      else if (this.#within === "word") this.#readWord(bytes);
      else this.#readString(bytes);
    }
    return this.#state;
  }

  #readToken(bytes: Buffer): void {
    const byte = bytes[this.#position] ?? 0;
    switch (byte) {
      case QUOTE:
        return this.#openString();
      case COMMA:
        return this.#passComma();
      case COLON:
        return this.#passColon();
      case OPEN_BRACE:
      case OPEN_BRACKET:
        return this.#open(byte === OPEN_BRACE);
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        return this.#close(byte === CLOSE_BRACE);
      default:
        if (isSpace(byte)) this.#position = skipSpace(bytes, this.#position);
        else if (isWordStart(byte)) this.#openWord(bytes);
        else this.#break();
    }
  }

  #openWord(bytes: Buffer): void {
    if (!this.#beginValue()) return;
    this.#within = "word";
    // Embeddings are little else than numbers.
    const isTold = this.#isObject.length <= this.#readDepthMax;
    if (this.#isObject.at(-1) === false && !isTold) {
      this.#position = skipNumbers(bytes, this.#position);
    }
  }

  #openString(): void {
    if (this.#expected === "name" || this.#expected === "name_or_close") {
      this.#within = "name";
      const depth = this.#isObject.length;
      if (depth <= this.#readDepthMax) this.#reader?.name(this.#position, depth);
    } else if (this.#beginValue()) {
      this.#within = "string";
      this.#stringStart = this.#position;
    }
    this.#position++;
  }

  #readString(bytes: Buffer): void {
    const quote = findClosingQuote(bytes, this.#position);
    if (quote === -1) {
      const isWhole = skipEscapes(bytes, this.#position, bytes.length) === bytes.length;
      // The first byte that comes belongs to a backslash.
      this.#position = bytes.length + (isWhole ? 0 : 1);
      return;
    }
    this.#position = quote + 1;
    if (this.#within === "name") {
      this.#within = "nothing";
      this.#expected = "colon";
    } else {
      this.#endValue();
      const bytesLong = this.#position - this.#stringStart;
      if (bytesLong < LONG_STRING_BYTES) return;
      this.#reader?.longString(this.#stringStart, this.#position);
    }
  }

  #readWord(bytes: Buffer): void {
    this.#position = skipWord(bytes, this.#position);
    if (this.#position < bytes.length) this.#endValue();
  }

  #passComma(): void {
    if (this.#expected !== "comma_or_close") return this.#break();
    this.#expected = this.#isObject.at(-1) === true ? "name" : "value";
    this.#position++;
  }

  #passColon(): void {
    if (this.#expected !== "colon") return this.#break();
    this.#expected = "value";
    this.#position++;
    if (++this.#members > this.#bounds.membersMax) this.#state = "too_many_members";
  }

  #open(isObject: boolean): void {
    if (!this.#beginValue()) return;
    this.#position++;
    this.#isObject.push(isObject);
    this.#expected = isObject ? "name_or_close" : "value_or_close";
    if (this.#isObject.length > this.#bounds.depthMax) this.#state = "too_deep";
    else if (++this.#containers > this.#bounds.containersMax) this.#state = "too_many_containers";
  }

  #close(isObject: boolean): void {
    const isEmpty = this.#expected === (isObject ? "name_or_close" : "value_or_close");
    const isDue = isEmpty || this.#expected === "comma_or_close";
    if (!isDue || this.#isObject.pop() !== isObject) return this.#break();
    this.#position++;
    this.#endValue();
  }

  /** @returns whether there may be one. */
  #beginValue(): boolean {
    if (this.#expected !== "value" && this.#expected !== "value_or_close") {
      this.#break();
      return false;
    }
    const depth = this.#isObject.length;
    if (depth <= this.#readDepthMax) this.#reader?.valueStart(this.#position, depth);
    return true;
  }

  #endValue(): void {
    const depth = this.#isObject.length;
    this.#within = "nothing";
    this.#expected = depth === 0 ? "nothing" : "comma_or_close";
    if (depth === 0) this.#state = "whole";
    if (depth <= this.#readDepthMax) this.#reader?.valueEnd(this.#position, depth);
  }

  #break(): void {
    this.#state = "malformed";
  }
}

function isWordStart(byte: number): boolean {
  const isNumber = byte === MINUS || (byte >= ZERO && byte <= NINE);
  return isNumber || byte === LETTER_T || byte === LETTER_F || byte === LETTER_N;
}
