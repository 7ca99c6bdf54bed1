/** Collects an answer that is needed as a whole, up to a bound. */
import type { Clock } from "@slipstream/contracts/clock";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { BodySink } from "@slipstream/contracts/upstream";
import { HeldAnswer } from "./held-answer.ts";
import type { WholeAnswer } from "./held-answer.ts";

export type CollectedBody =
  | { readonly type: "whole"; readonly answer: WholeAnswer }
  /** It is no JSON, or costs more than its bytes: no more of it is needed. */
  | { readonly type: "unreadable" }
  | { readonly type: "too_large" }
  | { readonly type: "failed"; readonly error: GatewayError };

export interface CollectorOptions {
  readonly bytesMax: number;
  readonly clock: Clock;
  /** Called once; nothing is collected after that. */
  readonly collected: (body: CollectedBody) => void;
}

export class BodyCollector implements BodySink {
  readonly #bytesMax: number;
  readonly #collected: (body: CollectedBody) => void;
  readonly #clock: Clock;
  #lastFrameAtMs: number | undefined;
  readonly #held: HeldAnswer;
  readonly #isAnnouncedTooLarge: boolean;
  #isOver = false;

  /** @param announcedBytes How many will come, if the head says so. What is too large is told by `begin`. */
  constructor(options: CollectorOptions, announcedBytes: number | undefined) {
    this.#bytesMax = options.bytesMax;
    this.#clock = options.clock;
    this.#collected = options.collected;
    this.#isAnnouncedTooLarge = (announcedBytes ?? 0) > options.bytesMax;
    this.#held = new HeldAnswer(this.#isAnnouncedTooLarge ? undefined : announcedBytes);
  }

  /** Refuses what will be too large before it is read. */
  begin(): void {
    if (this.#isAnnouncedTooLarge) this.#finish({ type: "too_large" });
  }

  /** Since when nothing has come; `undefined` before the first frame. */
  get lastFrameAtMs(): number | undefined {
    return this.#lastFrameAtMs;
  }

  frame(frame: Buffer): void {
    this.#lastFrameAtMs = this.#clock.nowMs();
    if (this.#isOver) return;
    const isReadable = this.#held.add(frame);
    if (this.#held.length > this.#bytesMax) this.#finish({ type: "too_large" });
    else if (!isReadable) this.#finish({ type: "unreadable" });
  }

  end(): void {
    if (!this.#isOver) this.#finish({ type: "whole", answer: this.#held.take() });
  }

  failed(error: GatewayError): void {
    if (!this.#isOver) this.#finish({ type: "failed", error });
  }

  #finish(body: CollectedBody): void {
    this.#isOver = true;
    this.#collected(body);
  }
}
