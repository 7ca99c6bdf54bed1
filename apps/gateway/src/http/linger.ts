/**
 * A client may get its answer while it is still sending: it is too large, or refused. Closing at once
 * would reset the connection, and the answer would be lost with it.
 */
import type { IncomingMessage } from "node:http";
import { setTimeout } from "node:timers/promises";

/** For how long what still comes is thrown away, ms. Then the connection is closed. */
const LINGER_MS = 30_000;

/** @param request One whose answer has gone out. */
export async function linger(request: IncomingMessage): Promise<void> {
  if (request.complete) return;
  request.resume();
  await setTimeout(LINGER_MS, undefined, { ref: false });
  if (!request.complete) request.destroy();
}
