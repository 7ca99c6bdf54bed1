/**
 * Who closes a connection at once can lose what it has just sent: a client that is still sending is reset,
 * and one that reads slowly gives up with what it has not read yet.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";

/** For how long what still comes is thrown away, ms. Then the connection is closed. */
const LINGER_MS = 30_000;

/**
 * For how long a client may read its last words before the connection is cut, ms: `fetch` throws away what it
 * has not handed on yet when a body breaks. How much that is cannot be seen from here. A dozen events at 50 ms
 * each take 600; a tenth of a second was too short for one in ten.
 */
const LAST_WORDS_MS = 1000;

/**
 * A client may get its answer while it is still sending: it is too large, or refused.
 *
 * @param request One whose answer has gone out.
 */
export async function linger(request: IncomingMessage): Promise<void> {
  if (request.complete) return;
  request.resume();
  await setTimeout(LINGER_MS, undefined, { ref: false });
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
