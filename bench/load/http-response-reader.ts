/**
 * Reads HTTP/1.1 responses of one connection, one after the other, as far as a load generator needs:
 * status, and the body without its framing. A response says its length or is chunked; one that ends
 * with its connection is refused.
 */
export interface ResponseSink {
  head(status: number): void;
  /** Bytes of the body, in the pieces in which they arrived. */
  body(bytes: Buffer): void;
  end(): void;
  /** Instead of `end`. */
  failed(reason: string): void;
}

type Phase = "head" | "whole_body" | "chunk_size" | "chunk" | "chunk_end" | "trailer";

const LF = 10;
/** Characters of one line. No server under test sends half of it. */
const LINE_CHARACTERS_MAX = 8192;

export class HttpResponseReader {
  #sink: ResponseSink | undefined;
  #phase: Phase = "head";
  /** The begin of a line that a packet border cuts. */
  #line = "";
  #status = 0;
  /** Bytes until the end of the body or of the chunk; `undefined` in a head that has not said. */
  #left: number | undefined;
  #isChunked = false;

  /** The next response goes to `sink`; the one before must be over. */
  expect(sink: ResponseSink): void {
    this.#sink = sink;
  }

  get isExpecting(): boolean {
    return this.#sink !== undefined;
  }

  push(bytes: Buffer): void {
    let position = 0;
    while (position < bytes.length && this.#sink !== undefined) {
      const isBody = this.#phase === "whole_body" || this.#phase === "chunk";
      position = isBody ? this.#readBody(bytes, position) : this.#readLine(bytes, position);
    }
    if (position < bytes.length) throw new Error("bytes that nobody asked for");
  }

  /** The connection is gone, or of no use. */
  fail(reason: string): void {
    this.#takeSink()?.failed(reason);
  }

  #readBody(bytes: Buffer, from: number): number {
    const left = this.#left ?? 0;
    const to = Math.min(bytes.length, from + left);
    this.#left = left - (to - from);
    this.#sink?.body(bytes.subarray(from, to));
    if (this.#left === 0) {
      if (this.#phase === "chunk") this.#phase = "chunk_end";
      else this.#finish();
    }
    return to;
  }

  #readLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(LF, from);
    this.#line += bytes.toString("latin1", from, end === -1 ? bytes.length : end);
    if (this.#line.length > LINE_CHARACTERS_MAX) throw new Error("a line without an end");
    if (end === -1) return bytes.length;
    const line = this.#line.trimEnd();
    this.#line = "";
    this.#takeLine(line);
    return end + 1;
  }

  #takeLine(line: string): void {
    switch (this.#phase) {
      case "head":
        return line === "" ? this.#endHead() : this.#takeHeadLine(line);
      case "chunk_size":
        this.#left = Number.parseInt(line, 16);
        if (Number.isNaN(this.#left)) throw new Error(`no chunk size: ${line.slice(0, 40)}`);
        this.#phase = this.#left === 0 ? "trailer" : "chunk";
        return;
      case "chunk_end":
        if (line !== "") throw new Error("a chunk is longer than its size");
        this.#phase = "chunk_size";
        return;
      case "trailer":
        if (line === "") this.#finish();
        return;
      case "whole_body":
      case "chunk":
    }
  }

  #takeHeadLine(line: string): void {
    if (this.#status === 0) {
      this.#status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1]);
      if (Number.isNaN(this.#status)) throw new Error(`no HTTP/1.1: ${line.slice(0, 40)}`);
      return;
    }
    const lower = line.toLowerCase();
    if (lower.startsWith("content-length:")) this.#left = Number(lower.slice(15));
    if (/^transfer-encoding:\s*chunked$/.test(lower)) this.#isChunked = true;
  }

  #endHead(): void {
    if (!this.#isChunked && this.#left === undefined) {
      throw new Error("the response has neither a length nor chunks");
    }
    this.#phase = this.#isChunked ? "chunk_size" : "whole_body";
    this.#sink?.head(this.#status);
    if (this.#phase === "whole_body" && this.#left === 0) this.#finish();
  }

  #finish(): void {
    this.#phase = "head";
    this.#status = 0;
    this.#left = undefined;
    this.#isChunked = false;
    this.#takeSink()?.end();
  }

  #takeSink(): ResponseSink | undefined {
    const sink = this.#sink;
    this.#sink = undefined;
    return sink;
  }
}
