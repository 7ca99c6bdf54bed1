import { setTimeout as sleep } from "node:timers/promises";

/** @param atMs Of `performance.now()`; at once when it is late: what is behind catches up. */
export async function until(atMs: number): Promise<void> {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) await sleep(waitMs);
}
