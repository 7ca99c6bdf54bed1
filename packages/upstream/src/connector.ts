/**
 * Opens connections as undici does, and gives up those that are not open yet when nobody waits for them
 * any more: undici itself would wait for an address that never answers.
 */
import { Socket } from "node:net";
import { buildConnector } from "undici";

/** A net below the deadlines of the pipeline: frees the socket of an address that never answers. */
const CONNECT_TIMEOUT_MS = 30_000;
/**
 * What a connection reads ahead while its stream is held back for a slow client, bytes. Node reads 64 KiB
 * at once, so a fast stream costs no more reads than with more.
 */
const READ_AHEAD_BYTES = 16 * 1024;

export interface Connector {
  readonly connect: buildConnector.connector;
  /** Those who wait for a connection are told that there will be none. */
  giveUp(): void;
}

export function createConnector(): Connector {
  const socketOptions = {
    timeout: CONNECT_TIMEOUT_MS,
    allowH2: false,
    // Not among undici's own options: it goes on to Node's socket.
    highWaterMark: READ_AHEAD_BYTES,
  };
  const build = buildConnector(socketOptions);
  const connecting = new Set<Socket>();
  return {
    connect(options, callback) {
      // undici returns the socket, though it does not say so.
      const socket: unknown = build(options, (...result) => {
        if (socket instanceof Socket) connecting.delete(socket);
        callback(...result);
      });
      if (socket instanceof Socket) connecting.add(socket);
    },
    giveUp() {
      for (const socket of connecting) socket.destroy(new Error("the gateway is ending"));
    },
  };
}
