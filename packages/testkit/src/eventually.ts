import { vi } from "vitest";

/** Far beyond what anything here takes, also on a busy machine: reaching it means that it never comes. */
const GIVE_UP_MS = 15_000;

/** Repeats a check until it holds. For what another process or socket is about to do. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: GIVE_UP_MS, interval: 10 });
}
