/**
 * Finds the `model` of a form while the form arrives, and watches that it stays the only one.
 *
 * Strict: where servers read a form differently (another line end, a boundary inside a file, a folded
 * header), it is refused, because a second `model` that only the upstream sees would buy one model at
 * another's price. It holds the header or the model under way and else only a few bytes.
 *
 * Source: RFC 2046, 5.1.1, and RFC 7578.
 */
import { GatewayError } from "@slipstream/contracts/errors";
import { checkPartName, toInvalid } from "./field-names.ts";
import type { Span } from "./json-members.ts";
import type { PartHeader } from "./part-header.ts";
import { readPartHeader } from "./part-header.ts";

const CRLF = "\r\n";
const HEADER_END = Buffer.from("\r\n\r\n");

/** Of one part, bytes. A field name, a file name and a media type need a tenth. */
export const PART_HEADER_BYTES_MAX: number = 4096;
/** An image edit has up to sixteen files and a dozen fields. */
export const PARTS_MAX: number = 256;
/** Of the value of `model`; a configured name has at most 200 characters. */
export const MODEL_BYTES_MAX: number = 1024;

export interface ModelPart {
  /** As the client wrote it. */
  readonly value: string;
  /** Where it stands in the body. */
  readonly span: Span;
}

/** What comes next. */
type Phase = "first boundary" | "line end" | "header" | "model" | "content" | "epilogue";

export class MultipartScanner {
  /** `--` and the boundary. Wherever it stands, it has to be one: no file of a real client has it. */
  readonly #delimiter: Buffer;
  /** What has not been read yet, and where in the body it begins. */
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  #phase: Phase = "first boundary";
  #parts = 0;
  #model: ModelPart | undefined;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`--${boundary}`);
  }

  get model(): ModelPart | undefined {
    return this.#model;
  }

  /** The last part is over. */
  get isClosed(): boolean {
    return this.#phase === "epilogue";
  }

  /** @throws {GatewayError} `invalid_request`. Nothing may be pushed after that. */
  push(frame: Buffer): void {
    this.#window = this.#window.length === 0 ? frame : Buffer.concat([this.#window, frame]);
    let isMoving: boolean;
    do isMoving = this.#step();
    while (isMoving);
  }

  /** @throws {GatewayError} `invalid_request` when there was no model. */
  end(): void {
    if (this.#model === undefined) throw toInvalid("model", "`model` must name a model.");
  }

  /** @returns false when more bytes are needed. */
  #step(): boolean {
    switch (this.#phase) {
      case "first boundary":
        return this.#readFirstBoundary();
      case "line end":
        return this.#readLineEnd();
      case "header":
        return this.#readHeader();
      case "model":
        return this.#readModel();
      case "content":
        return this.#skipContent();
      case "epilogue":
        if (this.#findDelimiter() !== -1) throw malformed();
        return this.#keepTail();
    }
  }

  #readFirstBoundary(): boolean {
    const { length } = this.#delimiter;
    if (this.#window.length < length) return false;
    if (!this.#window.subarray(0, length).equals(this.#delimiter)) throw malformed();
    return this.#advance(length, "line end");
  }

  /** Behind a boundary: a line end, or the mark of the last one. */
  #readLineEnd(): boolean {
    if (this.#window.length < CRLF.length) return false;
    const mark = this.#window.toString("latin1", 0, CRLF.length);
    if (mark === "--") return this.#advance(mark.length, "epilogue");
    if (mark !== CRLF || ++this.#parts > PARTS_MAX) throw malformed();
    return this.#advance(mark.length, "header");
  }

  #readHeader(): boolean {
    const end = this.#window.indexOf(HEADER_END);
    const bytes = end === -1 ? this.#window.length : end;
    if (bytes > PART_HEADER_BYTES_MAX) throw malformed();
    if (end === -1) return false;
    const part = readPartHeader(this.#window.toString("utf8", 0, end));
    if (part === undefined) throw malformed();
    checkPartName(part.name);
    const isModel = part.name === "model";
    if (isModel) this.#checkModelPart(part);
    return this.#advance(end + HEADER_END.length, isModel ? "model" : "content");
  }

  /** To most servers what has the name of a file is one, and no field: they would see no model at all. */
  #checkModelPart({ isFile }: PartHeader): void {
    if (isFile) throw toInvalid("model", "`model` must not be a file.");
    if (this.#model !== undefined) throw toInvalid("model", "`model` appears twice.");
  }

  #readModel(): boolean {
    const at = this.#findDelimiter();
    const bytes = at === -1 ? this.#window.length - this.#delimiter.length : at;
    if (bytes - CRLF.length > MODEL_BYTES_MAX) throw toInvalid("model", "`model` is too long.");
    if (at === -1) return false;
    const end = at - CRLF.length;
    const value = this.#window.subarray(0, end);
    const span = { start: this.#windowStart, end: this.#windowStart + end };
    this.#model = { value: decodeModel(value), span };
    return this.#advance(at + this.#delimiter.length, "line end");
  }

  #skipContent(): boolean {
    const at = this.#findDelimiter();
    if (at === -1) return this.#keepTail();
    return this.#advance(at + this.#delimiter.length, "line end");
  }

  /** @returns -1 when there is none yet. */
  #findDelimiter(): number {
    const at = this.#window.indexOf(this.#delimiter);
    if (at === -1) return at;
    const isAtLineStart = this.#window.toString("latin1", Math.max(0, at - 2), at) === CRLF;
    if (!isAtLineStart) throw malformed();
    return at;
  }

  /** Lets go of all but what may be the beginning of a delimiter and its line end in front. */
  #keepTail(): boolean {
    const bytes = this.#window.length - (this.#delimiter.length + 1);
    if (bytes > 0) this.#advance(bytes, this.#phase);
    return false;
  }

  #advance(bytes: number, phase: Phase): true {
    this.#window = this.#window.subarray(bytes);
    this.#windowStart += bytes;
    this.#phase = phase;
    return true;
  }
}

function decodeModel(value: Buffer): string {
  try {
    const model = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
    if (model !== "") return model;
  } catch {
    // Falls through to the same answer.
  }
  throw toInvalid("model", "`model` must name a model.");
}

function malformed(): GatewayError {
  const message = "The request body is not a valid form (multipart/form-data).";
  return new GatewayError("invalid_request", message);
}
