/**
 * How the gateway stops taking requests without breaking one that it has taken.
 */
import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";
import type { OpenRequests } from "@slipstream/pipeline/open-requests";
import type { Drain } from "./config/config.ts";
import type { DataServer } from "./http/data-server.ts";

/** For the last bytes of an error event to leave. A client that does not read gets no more, ms. */
const LAST_WORDS_MS = 500;

export interface DrainOptions extends Drain {
  readonly openRequests: OpenRequests;
  readonly dataServer: DataServer;
}

/** Resolves when every request has ended and no connection is left. */
export async function drain(options: DrainOptions): Promise<void> {
  const { openRequests, dataServer, graceMs, deadlineMs } = options;
  dataServer.announceClosing();
  await setTimeout(graceMs);
  dataServer.stopListening();
  await endedWithin(openRequests, deadlineMs);
  // A request that has waited behind the last answer of its connection begins now, and is refused in words.
  await nextTurn();
  openRequests.failAll();
  await endedWithin(openRequests, LAST_WORDS_MS);
  await dataServer.close();
  // Node tells of a connection's end some turns of the event loop after the server's.
  await endedWithin(openRequests, LAST_WORDS_MS);
}

async function endedWithin(openRequests: OpenRequests, ms: number): Promise<void> {
  const given = new AbortController();
  const { signal } = given;
  const timeout = setTimeout(ms, undefined, { signal }).catch(() => undefined);
  await Promise.race([openRequests.ended(), timeout]);
  given.abort();
}
