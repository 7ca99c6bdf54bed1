import { setTimeout as sleep } from "node:timers/promises";

/** Far beyond what anything here takes, also on a busy machine: reaching it means that it never comes. */
const GIVE_UP_MS = 15_000;
const POLL_MS = 10;

/**
 * Repeats a check until it holds. For what another process or socket is about to do.
 *
 * @throws what the check threw last.
 */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const endMs = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= endMs) throw error;
    }
    await sleep(POLL_MS);
  }
}
