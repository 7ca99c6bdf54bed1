/** Collects a body that is needed as a whole, up to a bound. */
import type { Clock } from "@slipstream/contracts/clock";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { BodySink } from "@slipstream/contracts/upstream";

export type CollectedBody =
  | { readonly type: "whole"; readonly bytes: Buffer }
  | { readonly type: "too_large" }
  | { readonly type: "failed"; readonly error: GatewayError };

export class BodyCollector implements BodySink {
  readonly #bytesMax: number;
  readonly #collected: (body: CollectedBody) => void;
  readonly #clock: Clock;
  #lastFrameAtMs: number;
  #frames: Buffer[] = [];
  #bytes = 0;

  /** @param collected Called once; nothing is collected after that. */
  constructor(bytesMax: number, clock: Clock, collected: (body: CollectedBody) => void) {
    this.#bytesMax = bytesMax;
    this.#clock = clock;
    this.#collected = collected;
    this.#lastFrameAtMs = clock.nowMs();
  }

  /** Since when nothing has come; the head counts. */
  get lastFrameAtMs(): number {
    return this.#lastFrameAtMs;
  }

  frame(frame: Buffer): void {
    this.#lastFrameAtMs = this.#clock.nowMs();
    if (this.#bytes > this.#bytesMax) return;
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes > this.#bytesMax) this.#collected({ type: "too_large" });
  }

  end(): void {
    if (this.#bytes > this.#bytesMax) return;
    const [only, ...rest] = this.#frames;
    const isOne = only !== undefined && rest.length === 0;
    this.#collected({ type: "whole", bytes: isOne ? only : Buffer.concat(this.#frames) });
  }

  failed(error: GatewayError): void {
    if (this.#bytes <= this.#bytesMax) this.#collected({ type: "failed", error });
  }
}
