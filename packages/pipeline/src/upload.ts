/**
 * The body of a form (`multipart/form-data`), which is passed on while it arrives.
 *
 * It is held until its model is known, because the model decides where it goes; small ones are read to
 * their end, so that they can be sent once more. From then on it moves at the pace of the slower side.
 */
import type { Clock } from "@slipstream/contracts/clock";
import { GatewayError } from "@slipstream/contracts/errors";
import type { StreamedBody } from "@slipstream/contracts/upstream";
import type { BodyEdits } from "./inference-body.ts";
import { HeldFrames } from "./held-frames.ts";
import { readBoundary, toFormType } from "./multipart-boundary.ts";
import { MultipartScanner } from "./multipart-scanner.ts";
import type { RequestBody } from "./request-body.ts";
import type { RequestLife } from "./request-life.ts";
import type { RunningTime } from "./running-time.ts";
import { bodyTimeout, stallTimeout } from "./timeouts.ts";

/** An announced body up to this size is read to its end before it is sent. A minute of speech as MP3, bytes. */
const SMALL_BYTES_MAX = 1024 * 1024;

/** What a client may take for the next part of it, ms. */
const CLIENT_SILENCE_MS = 30_000;
/** What it may take for all of it, ms. Fifty megabytes at 1.4 Mbit/s. */
const UPLOAD_MS = 300_000;

type Wait =
  | { readonly for: "nobody" }
  | { readonly for: "client" | "upstream"; readonly sinceMs: number };

export class Upload implements RequestBody {
  readonly isStream = false;
  readonly choices = 1;
  readonly streamOptions = {};
  readonly contentType: string;
  readonly #life: RequestLife;
  readonly #clock: Clock;
  readonly #bytesMax: number;
  readonly #scanner: MultipartScanner;
  readonly #frames: AsyncGenerator<Buffer, void>;
  #held: HeldFrames | undefined = new HeldFrames();
  #bytes = 0;
  #isWhole = false;
  #wait: Wait = { for: "nobody" };

  /** @throws {GatewayError} `unsupported_media_type`, `invalid_request` or `body_too_large`. */
  constructor(life: RequestLife, clock: Clock, bytesMax: number) {
    const { request } = life;
    const boundary = readBoundary(request.contentType);
    if ((request.announcedBytes ?? 0) > bytesMax) throw tooLarge(bytesMax);
    this.contentType = toFormType(boundary);
    this.#life = life;
    this.#clock = clock;
    this.#bytesMax = bytesMax;
    this.#scanner = new MultipartScanner(boundary);
    this.#frames = request.readFrames();
  }

  /** "" before it has been found. */
  get model(): string {
    return this.#scanner.model?.value ?? "";
  }

  knownNames(): ReadonlySet<string> {
    return new Set([this.model]);
  }

  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /**
   * Reads until the model is known, or until the request is over.
   *
   * @throws {GatewayError} `invalid_request`, `body_too_large`, or `invalid_http` when it is cut short.
   */
  async readModel(): Promise<void> {
    while (this.#life.isOpen && !this.#isEnough()) {
      const frame = await this.#next();
      if (frame === undefined) this.#isWhole = true;
      else this.#held?.add(frame);
    }
    this.#wait = { for: "nobody" };
  }

  /** What is nearly whole is read to its end. */
  #isEnough(): boolean {
    if (this.#isWhole) return true;
    if (this.#scanner.model === undefined || this.#scanner.isClosed) return false;
    return (this.#life.request.announcedBytes ?? Infinity) > SMALL_BYTES_MAX;
  }

  edit({ model }: BodyEdits): StreamedBody {
    const value = Buffer.from(model);
    const bytes = this.#isWhole ? this.#bytes : this.#life.request.announcedBytes;
    const grownBytes = value.length - Buffer.byteLength(this.model);
    return {
      bytes: bytes === undefined ? undefined : bytes + grownBytes,
      frames: this.#send(value),
    };
  }

  async *#send(model: Buffer): AsyncGenerator<Buffer, void> {
    const span = this.#scanner.model?.span ?? { start: 0, end: 0 };
    const pieces = this.#held?.withReplaced(span, model) ?? [];
    if (!this.#isWhole) this.#held = undefined;
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      this.#waitFor("upstream");
      yield piece;
    }
    while (!this.#isWhole) {
      const frame = await this.#next();
      if (frame === undefined) break;
      this.#waitFor("upstream");
      yield frame;
    }
    this.#wait = { for: "nobody" };
  }

  /** @returns `undefined` at the end. */
  async #next(): Promise<Buffer | undefined> {
    this.#waitFor("client");
    const result = await this.#frames.next();
    if (result.done === true) {
      this.#scanner.end();
      return undefined;
    }
    const frame = result.value;
    this.#bytes += frame.length;
    this.#life.facts.requestBytes = this.#bytes;
    if (this.#bytes > this.#bytesMax) throw tooLarge(this.#bytesMax);
    this.#scanner.push(frame);
    return frame;
  }

  #waitFor(side: "client" | "upstream"): void {
    this.#wait = { for: side, sinceMs: this.#clock.nowMs() };
  }

  findTimeout(time: RunningTime, stallMs: number): GatewayError | undefined {
    const wait = this.#wait;
    switch (wait.for) {
      case "nobody":
        return undefined;
      case "client":
        return time.hasPassed(wait.sinceMs, CLIENT_SILENCE_MS) ||
          time.hasPassed(this.#life.startMs, UPLOAD_MS)
          ? bodyTimeout()
          : undefined;
      case "upstream":
        return time.hasPassed(wait.sinceMs, stallMs) ? stallTimeout() : undefined;
    }
  }

  release(): void {
    this.#held = undefined;
    // It fails as the reading has failed, or not at all; a read under way ends first.
    this.#frames.return().catch(() => undefined);
  }
}

function tooLarge(bytesMax: number): GatewayError {
  const message = `The request body is larger than ${bytesMax} bytes.`;
  return new GatewayError("body_too_large", message);
}
