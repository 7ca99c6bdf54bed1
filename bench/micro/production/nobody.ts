/** A client that takes everything, and nobody else around a relay. */
import type { ClientResponse } from "@slipstream/contracts/client";
import type { ByteRelayOwner } from "@slipstream/pipeline/byte-relay";
import type { Flow, RelayOwner } from "@slipstream/streaming-core/stream-relay";

/** Counts what it is given. */
class CountingClient implements ClientResponse {
  readonly pendingBytes = 0;
  writtenBytes = 0;

  write(frame: Uint8Array): boolean {
    this.writtenBytes += frame.length;
    return true;
  }

  listen(): void {}
  start(): void {}
  end(): void {}
  send(): void {}
  cut(): void {}
  destroy(): void {}
}

export const client: CountingClient = new CountingClient();

export const flow: Flow = { pause: () => undefined, resume: () => undefined };

export const owner: RelayOwner & ByteRelayOwner = {
  commit: () => undefined,
  firstChunk: () => undefined,
  whole: () => undefined,
  ended: () => undefined,
};
