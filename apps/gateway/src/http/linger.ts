/**
 * A client may get its answer while it is still sending: it is too large, or refused. Closing at once
 * would reset the connection, and the answer would be lost with it.
 */
import type { IncomingMessage } from "node:http";
import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";

/** For how long what still comes is thrown away, ms. Then the connection is closed. */
const LINGER_MS = 30_000;

/** The body of a refused request is read and thrown away up to here, so that its connection can be kept. */
const SMALL_BODY_BYTES = 64 * 1024;

/** A client that still sends a larger one has that long to read its answer, ms. Then the connection is closed. */
const LARGE_BODY_MS = 1000;

/**
 * For a gateway that has too much to do: it does not read megabytes to throw them away.
 *
 * @param request One of which nothing has been read, and that is about to be refused.
 */
export function discardSmallBody(request: IncomingMessage): void {
  const { headers } = request;
  const isAnnounced = headers["transfer-encoding"] === undefined;
  // Node throws away what nobody reads.
  if (isAnnounced && Number(headers["content-length"] ?? 0) <= SMALL_BODY_BYTES) return;
  let bytes = 0;
  request.on("data", (piece: Buffer) => {
    bytes += piece.length;
    if (bytes > SMALL_BODY_BYTES) request.pause();
  });
  // "close" follows and says the same.
  request.on("error", () => undefined);
  void destroyLate(request, LARGE_BODY_MS);
}

/** @param request One whose answer has gone out. */
export async function linger(request: IncomingMessage): Promise<void> {
  if (request.complete) return;
  request.resume();
  // Most have come with the same packet: a timer for each would keep all requests of the last half minute.
  await nextTurn();
  if (request.complete) return;
  await destroyLate(request, LINGER_MS);
}

/** Unless it has come to its end by then. */
async function destroyLate(request: IncomingMessage, ms: number): Promise<void> {
  await setTimeout(ms, undefined, { ref: false });
  if (!request.complete) request.destroy();
}
