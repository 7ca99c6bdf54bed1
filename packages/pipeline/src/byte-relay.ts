/**
 * Moves an answer that is no stream of events from the upstream to the client, as it comes.
 *
 * Hot. One clock reading and one write per frame. The client's status line waits for the first frame, or
 * for as much as is held back, so that an answer that breaks before can still go to another deployment.
 * A client that reads slowly pauses the upstream.
 */
import type { ClientResponse } from "@slipstream/contracts/client";
import type { Clock } from "@slipstream/contracts/clock";
import { GatewayError } from "@slipstream/contracts/errors";
import type { BodySink } from "@slipstream/contracts/upstream";
import type { Flow, StreamEnding } from "@slipstream/streaming-core/stream-relay";
import { HeldAnswer } from "./held-answer.ts";
import type { WholeAnswer } from "./held-answer.ts";

/** Beyond an hour of uncompressed speech (24 kHz, 16 bit): whoever sends more never ends. */
export const PASSED_BYTES_MAX: number = 256 * 1024 * 1024;

export interface ByteRelayOwner {
  /** The first bytes are about to be written: send the status line. Once, or never. */
  commit(): void;
  /** All of it has come while it was held back; nothing was written. In place of `ended`. */
  whole(answer: WholeAnswer): void;
  /** Once. Nothing more is written after it. */
  ended(ending: StreamEnding): void;
}

export interface ByteRelayOptions {
  readonly client: ClientResponse;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly owner: ByteRelayOwner;
  /** What is held back at most; 0 passes on from the first frame. */
  readonly heldBytesMax: number;
}

export class ByteRelay implements BodySink {
  readonly #client: ClientResponse;
  readonly #flow: Flow;
  readonly #clock: Clock;
  readonly #owner: ByteRelayOwner;
  readonly #heldBytesMax: number;
  readonly #held: HeldAnswer = new HeldAnswer();
  #bytes = 0;
  #progress: "held" | "passing" | "ended" = "held";
  #isPaused = false;
  #aliveAtMs: number;

  constructor(options: ByteRelayOptions) {
    this.#client = options.client;
    this.#flow = options.flow;
    this.#clock = options.clock;
    this.#owner = options.owner;
    this.#heldBytesMax = options.heldBytesMax;
    this.#aliveAtMs = options.clock.nowMs();
  }

  /** When the upstream last sent something or was let go; the head counts. */
  get aliveAtMs(): number {
    return this.#aliveAtMs;
  }

  /** The upstream is held back for a slow client. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  frame(frame: Buffer): void {
    // Nothing has come; in chunked encoding it would be the end.
    if (this.#progress === "ended" || frame.length === 0) return;
    this.#aliveAtMs = this.#clock.nowMs();
    this.#bytes += frame.length;
    if (this.#bytes > PASSED_BYTES_MAX) {
      this.#finish({ type: "failed", error: tooLarge() });
    } else if (this.#progress === "passing") {
      this.#write(frame);
    } else {
      this.#held.add(frame);
      if (this.#bytes > this.#heldBytesMax) this.#pass();
    }
  }

  end(): void {
    if (this.#progress === "ended") return;
    if (this.#progress === "held" && this.#heldBytesMax > 0) {
      this.#progress = "ended";
      this.#owner.whole(this.#held.take());
      return;
    }
    if (this.#progress === "held") this.#pass();
    this.#finish({ type: "complete" });
  }

  failed(error: GatewayError): void {
    if (this.#progress !== "ended") this.#finish({ type: "failed", error });
  }

  /** The client has taken what was written. */
  drained(): void {
    this.#isPaused = false;
    this.#aliveAtMs = this.#clock.nowMs();
    this.#flow.resume();
  }

  #pass(): void {
    this.#progress = "passing";
    this.#owner.commit();
    if (this.#held.length > 0) this.#write(this.#held.take().bytes);
  }

  #write(frame: Buffer): void {
    if (this.#client.write(frame)) return;
    this.#isPaused = true;
    this.#flow.pause();
  }

  #finish(ending: StreamEnding): void {
    this.#progress = "ended";
    this.#owner.ended(ending);
  }
}

function tooLarge(): GatewayError {
  return new GatewayError("upstream_invalid_response", "The model's answer is too large.");
}
