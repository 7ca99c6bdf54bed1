/**
 * Moves one streamed answer from the upstream to the client, metering it on the way.
 *
 * Hot. Two clock readings, one scan and one write per frame. The client's status line waits for the
 * first event, so that a stream that begins with an error can still become a real HTTP status or go to
 * another deployment. A client that reads slowly pauses the upstream; nothing piles up here.
 *
 * It decides nothing about the request: it tells its owner what has become of the stream, once.
 */
import type { ClientResponse } from "@slipstream/contracts/client";
import type { Clock } from "@slipstream/contracts/clock";
import type { StreamError } from "@slipstream/contracts/chunk";
import { GatewayError } from "@slipstream/contracts/errors";
import type { StreamRecorder, StreamReport } from "@slipstream/contracts/request-events";
import type { BodySink } from "@slipstream/contracts/upstream";
import { JsonLines } from "./json-lines.ts";
import { readEvent } from "./sse-event.ts";
import { SseScanner } from "./sse-scanner.ts";
import type { EventOutput } from "./sse-scanner.ts";
import type { StreamMeter } from "./stream-meter.ts";

/** Bytes of comments that may precede the first event before the client's status line is sent all the same. */
export const GATE_BYTES_MAX: number = 64 * 1024;

/**
 * Bytes that are still read for a client that has left: what follows a finish reason is a report of usage and
 * an end, a kilobyte or two.
 */
export const LEFT_BYTES_MAX: number = 64 * 1024;

const EVENT_END = Buffer.from("\n\n");

/** What became of a stream. */
export type StreamEnding =
  /** It reached its announced end. */
  | { readonly type: "complete" }
  /** The upstream reported an error in an event. */
  | { readonly type: "error_event"; readonly error: StreamError }
  /** It ended in good order before its announced end. */
  | { readonly type: "truncated" }
  /** It broke off. */
  | { readonly type: "failed"; readonly error: GatewayError };

export interface RelayOwner {
  /** The first bytes are about to be written: send the status line. Once, or never. */
  commit(): void;
  /**
   * The first content has been handed to the client. Once, or never.
   *
   * @param firstChunkMs Since the request began.
   */
  firstChunk(firstChunkMs: number): void;
  /** Once. Nothing more is written after it. */
  ended(ending: StreamEnding): void;
}

/** The upstream's side, as far as a slow client touches it. */
export interface Flow {
  pause(): void;
  resume(): void;
}

export interface StreamRelayOptions {
  readonly client: ClientResponse;
  readonly flow: Flow;
  readonly meter: StreamMeter;
  readonly recorder: StreamRecorder;
  readonly clock: Clock;
  readonly owner: RelayOwner;
  /** When the request began. */
  readonly startMs: number;
  /** See `StreamDialect`. */
  readonly doneEvent: Buffer;
}

export class StreamRelay implements BodySink, EventOutput {
  #client: Pick<ClientResponse, "write">;
  readonly #flow: Flow;
  readonly #meter: StreamMeter;
  readonly #recorder: StreamRecorder;
  readonly #clock: Clock;
  readonly #owner: RelayOwner;
  readonly #startMs: number;
  readonly #doneEvent: Buffer;
  readonly #scanner: SseScanner;
  /** Chosen by the first frame. */
  #input: SseScanner | JsonLines | undefined;
  #progress: "gated" | "committed" | "content" | "ended" = "gated";
  /** Comments in front of the first event. */
  #gated: Buffer[] = [];
  #gatedBytes = 0;
  #isPaused = false;
  #pausedAtMs = 0;
  #resumedAtMs = 0;
  #blockedMs = 0;
  #hasPassed = false;
  /** What may still come; no bound while there is a client, who is the one to leave. */
  #bytesLeft = Infinity;
  #isWhole = false;
  #firstChunkAtMs: number | undefined;

  constructor(options: StreamRelayOptions) {
    this.#client = options.client;
    this.#flow = options.flow;
    this.#meter = options.meter;
    this.#recorder = options.recorder;
    this.#startMs = options.startMs;
    this.#clock = options.clock;
    this.#owner = options.owner;
    this.#doneEvent = options.doneEvent;
    this.#scanner = new SseScanner(options.meter, this);
  }

  frame(frame: Buffer): void {
    if (this.#progress === "ended") return;
    this.#bytesLeft -= frame.length;
    const atMs = this.#clock.nowMs();
    this.#meter.stamp(atMs);
    this.#hasPassed = false;
    this.#input ??= JsonLines.begins(frame) ? new JsonLines(this.#scanner) : this.#scanner;
    const goesOn = this.#input.push(frame);
    if (this.#hasPassed) this.#recorder.recordDelay(this.#clock.nowMs() - atMs);
    if (!goesOn || this.#bytesLeft < 0) this.#stop();
  }

  /** The client has left; what still comes is only read, for its usage. At most `LEFT_BYTES_MAX`. */
  readOn(): void {
    this.#client = NOBODY;
    this.#bytesLeft = LEFT_BYTES_MAX;
    if (this.#isPaused) this.drained();
  }

  pass(bytes: Buffer): void {
    if (this.#progress === "gated" && !this.#openGate(bytes)) return;
    if (!this.#client.write(bytes) && !this.#isPaused) this.#pause();
    this.#hasPassed = true;
    if (this.#progress === "committed" && this.#meter.chunks > 0) {
      this.#progress = "content";
      this.#firstChunkAtMs = this.#clock.nowMs();
      this.#owner.firstChunk(this.#firstChunkAtMs - this.#startMs);
    }
  }

  #pause(): void {
    this.#isPaused = true;
    this.#pausedAtMs = this.#clock.nowMs();
    this.#flow.pause();
  }

  /** The client has taken what was written. */
  drained(): void {
    this.#resumedAtMs = this.#clock.nowMs();
    if (this.#isPaused) this.#blockedMs += this.#resumedAtMs - this.#pausedAtMs;
    this.#isPaused = false;
    this.#flow.resume();
  }

  /** The upstream is held back for a slow client. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** When it was let go last; 0 when it never was held back. */
  get resumedAtMs(): number {
    return this.#resumedAtMs;
  }

  get report(): StreamReport {
    const { chunks, textBytes, unreported, gapMsMax } = this.#meter;
    const firstAtMs = this.#firstChunkAtMs;
    const blockedMs = this.#isPaused ? this.#clock.nowMs() - this.#pausedAtMs : 0;
    return {
      firstChunkMs: firstAtMs === undefined ? undefined : firstAtMs - this.#startMs,
      chunks,
      textBytes,
      unreported,
      isWhole: this.#isWhole || this.#meter.isDone,
      gapMsMax,
      blockedMs: this.#blockedMs + blockedMs,
    };
  }

  end(): void {
    if (this.#progress === "ended") return;
    const isGoodSoFar = this.#endLastEvent();
    const { isFinished, error } = this.#meter;
    if (!isGoodSoFar || error !== undefined) {
      this.#stop();
    } else if (this.#meter.isDone) {
      this.#finish({ type: "complete" });
    } else if (isFinished) {
      // Some servers leave the last event out; the finish reasons prove that nothing is missing.
      if (this.#doneEvent.length > 0) this.pass(this.#doneEvent);
      this.#finish({ type: "complete" });
    } else {
      this.#finish({ type: "truncated" });
    }
  }

  /** The last event may lack its empty line. @returns false to stop. */
  #endLastEvent(): boolean {
    if (this.#input instanceof JsonLines) return this.#input.end();
    const rest = this.#scanner.takeRest();
    if (rest.length === 0) return true;
    const event = readEvent(rest);
    if (event === undefined) {
      // The second half of a line end, or a comment.
      this.pass(rest);
      return true;
    }
    // Half an event would only confuse the client: what is missing is told by how the stream ends.
    if (!this.#meter.isReadable(event.data)) return true;
    return this.#scanner.push(Buffer.concat([rest, EVENT_END]));
  }

  failed(error: GatewayError): void {
    if (this.#progress === "ended") return;
    // A failure after the announced end does not matter.
    this.#finish(this.#meter.isDone ? { type: "complete" } : { type: "failed", error });
  }

  /** @returns whether the bytes may go out now. */
  #openGate(bytes: Buffer): boolean {
    if (this.#meter.events === 0 && this.#gatedBytes + bytes.length <= GATE_BYTES_MAX) {
      this.#gated.push(bytes);
      this.#gatedBytes += bytes.length;
      return false;
    }
    this.#progress = "committed";
    this.#owner.commit();
    for (const comment of this.#gated) this.#client.write(comment);
    this.#gated = [];
    return true;
  }

  /**
   * In front of an error, behind the announced end, within an event that never ends, among junk, or where too much
   * comes for a client that has left.
   */
  #stop(): void {
    const { error, isDone } = this.#meter;
    if (error !== undefined) this.#finish({ type: "error_event", error });
    else if (isDone) this.#finish({ type: "complete" });
    else this.#finish({ type: "failed", error: unexpectedForm() });
  }

  #finish(ending: StreamEnding): void {
    // What the client is told next must not become a part of it.
    if (this.#scanner.isWithinEvent && this.#progress !== "gated") this.#client.write(EVENT_END);
    this.#progress = "ended";
    this.#isWhole = ending.type === "complete";
    this.#owner.ended(ending);
  }
}

const NOBODY: Pick<ClientResponse, "write"> = { write: () => true };

function unexpectedForm(): GatewayError {
  const message = "The model's answer has an unexpected form.";
  return new GatewayError("upstream_invalid_response", message);
}
