/** Collects a body that is needed as a whole, up to a bound. */
import type { GatewayError } from "@slipstream/contracts/errors";
import type { BodySink } from "@slipstream/contracts/upstream";

export type CollectedBody =
  | { readonly type: "whole"; readonly bytes: Buffer }
  | { readonly type: "too_large" }
  | { readonly type: "failed"; readonly error: GatewayError };

export class BodyCollector implements BodySink {
  readonly #bytesMax: number;
  readonly #collected: (body: CollectedBody) => void;
  #frames: Buffer[] = [];
  #bytes = 0;

  /** @param collected Called once; nothing is collected after that. */
  constructor(bytesMax: number, collected: (body: CollectedBody) => void) {
    this.#bytesMax = bytesMax;
    this.#collected = collected;
  }

  frame(frame: Buffer): void {
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
