/** An answer that is held until it is whole, and read while it arrives. */
import { AnswerDigest } from "@slipstream/dialects/answer-digest";
import { PARSED_BYTES_MAX } from "@slipstream/dialects/json-value";
import { HeldBytes } from "@slipstream/streaming-core/held-bytes";

export interface WholeAnswer {
  readonly bytes: Buffer;
  /** What of it is to be parsed: all of a small answer, the digest of a large one. */
  readonly readable: Buffer;
}

export class HeldAnswer {
  readonly #held: HeldBytes;
  readonly #digest: AnswerDigest = new AnswerDigest();

  /** @param announcedBytes As its head says. */
  constructor(announcedBytes?: number) {
    this.#held = new HeldBytes(announcedBytes);
  }

  get length(): number {
    return this.#held.length;
  }

  /** @returns false when a large one is no JSON, or would cost more than its bytes; the rest is not needed then. */
  add(frame: Buffer): boolean {
    this.#held.add(frame);
    return this.#held.length <= PARSED_BYTES_MAX || this.#digest.read(this.#held.bytes);
  }

  /** Lets go of all of it. */
  take(): WholeAnswer {
    const bytes = this.#held.take();
    const isSmall = bytes.length <= PARSED_BYTES_MAX;
    return { bytes, readable: isSmall ? bytes : this.#digest.digest(bytes) };
  }
}
