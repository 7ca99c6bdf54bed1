/**
 * Who closes a connection at once can lose what it has just sent: a client that is still sending is reset,
 * and one that reads slowly gives up with what it has not read yet.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";

/** For how long what still comes is thrown away, ms. Then the connection is closed. */
const LINGER_MS = 30_000;

/**
 * For how long a client may read its last words before the connection is cut, ms: `fetch` throws away what it
 * has not handed on yet when a body breaks. How much that is cannot be seen from here. A dozen events at 50 ms
 * each take 600; a tenth of a second was too short for one in ten.
 */
const LAST_WORDS_MS = 1000;

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

/**
 * A client may get its answer while it is still sending: it is too large, or refused.
 *
 * @param request One whose answer has gone out.
 */
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

/**
 * Resolves when the client has closed the connection, or has had time to read to the end.
 *
 * @param response One that has gone out as far as it goes.
 */
export async function closedOrRead(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const closed = new AbortController();
  response.once("close", () => closed.abort());
  await setTimeout(LAST_WORDS_MS, undefined, { signal: closed.signal }).catch(() => undefined);
}
