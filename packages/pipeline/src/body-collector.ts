/** Collects a body that is needed as a whole, up to a bound. */
import type { Clock } from "@slipstream/contracts/clock";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { BodySink } from "@slipstream/contracts/upstream";
import { HeldBytes } from "@slipstream/streaming-core/held-bytes";

export type CollectedBody =
  | { readonly type: "whole"; readonly bytes: Buffer }
  | { readonly type: "too_large" }
  | { readonly type: "failed"; readonly error: GatewayError };

export class BodyCollector implements BodySink {
  readonly #bytesMax: number;
  readonly #collected: (body: CollectedBody) => void;
  readonly #clock: Clock;
  #lastFrameAtMs: number | undefined;
  readonly #held: HeldBytes = new HeldBytes();

  /** @param collected Called once; nothing is collected after that. */
  constructor(bytesMax: number, clock: Clock, collected: (body: CollectedBody) => void) {
    this.#bytesMax = bytesMax;
    this.#clock = clock;
    this.#collected = collected;
  }

  /** Since when nothing has come; `undefined` before the first frame. */
  get lastFrameAtMs(): number | undefined {
    return this.#lastFrameAtMs;
  }

  frame(frame: Buffer): void {
    this.#lastFrameAtMs = this.#clock.nowMs();
    if (this.#isTooLarge) return;
    this.#held.add(frame);
    if (this.#isTooLarge) this.#collected({ type: "too_large" });
  }

  end(): void {
    if (!this.#isTooLarge) this.#collected({ type: "whole", bytes: this.#held.take() });
  }

  failed(error: GatewayError): void {
    if (!this.#isTooLarge) this.#collected({ type: "failed", error });
  }

  get #isTooLarge(): boolean {
    return this.#held.length > this.#bytesMax;
  }
}
