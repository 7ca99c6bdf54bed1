/**
 * How the gateway stops taking requests without breaking one that it has taken.
 */
import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";
import type { OpenRequests } from "@slipstream/pipeline/open-requests";
import type { Drain } from "./config/config.ts";
import type { DataServer } from "./http/data-server.ts";
import { systemClock } from "./system-clock.ts";

/** For the last bytes of an error event to leave. A client that does not read gets no more, ms. */
const LAST_WORDS_MS = 500;

export interface DrainOptions extends Drain {
  readonly openRequests: OpenRequests;
  readonly dataServer: DataServer;
}

/**
 * For usage records that wait, when the drain has taken all of its time, ms. A store that is well writes
 * a full queue of them in about that time.
 */
const RECORDS_MS_MIN = 2_000;
/** The same when there is time left, ms: whoever ends a gateway wants to see an end. */
const RECORDS_MS_MAX = 10_000;
/** For the thread that writes them to end, and for the last lines of the log. ms. */
const RELEASE_MS = 1_500;
/**
 * How long the end may take beyond the grace and the deadline, ms. With those of a default configuration
 * it is over within the 30 s after which Kubernetes kills.
 */
export const END_MS_MAX: number = 2 * LAST_WORDS_MS + RECORDS_MS_MIN + RELEASE_MS;

/**
 * Resolves when every request has ended and no connection is left.
 *
 * @returns how long usage records that wait may take to be written, ms: what the drain has left of its
 *   time, within bounds.
 */
export async function drain(options: DrainOptions): Promise<number> {
  const startMs = systemClock.nowMs();
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
  const leftMs = startMs + graceMs + deadlineMs - systemClock.nowMs();
  return Math.min(Math.max(leftMs, RECORDS_MS_MIN), RECORDS_MS_MAX);
}

async function endedWithin(openRequests: OpenRequests, ms: number): Promise<void> {
  const given = new AbortController();
  const { signal } = given;
  const timeout = setTimeout(ms, undefined, { signal }).catch(() => undefined);
  await Promise.race([openRequests.ended(), timeout]);
  given.abort();
}
