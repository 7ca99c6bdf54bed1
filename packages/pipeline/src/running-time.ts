/**
 * How long something has lasted, without the time in which the event loop stood still.
 *
 * A process that was frozen, or that was busy with one thing for seconds, has read no socket meanwhile:
 * what others sent in that time is still to be read, and their silence is ours. So deadlines of others
 * are measured in the time in which the loop ran.
 */

/** How often `tick` is to be called, ms: a deadline fires that much late at most. */
export const SWEEP_INTERVAL_MS = 50;

/** From one tick to the next, ms; more is a stall. Two intervals late: an honest turn of the loop stays below. */
const TICK_MS_MAX = 3 * SWEEP_INTERVAL_MS;

/** Stalls that are remembered. Of a longer row the oldest are forgotten, and count as time that ran. */
const STALLS_MAX = 64;

interface Stall {
  readonly endMs: number;
  readonly lengthMs: number;
}

export class RunningTime {
  readonly #stalls: Stall[] = [];
  #nowMs: number | undefined;
  #hasStalled = false;

  /** When the last tick was. */
  get nowMs(): number {
    return this.#nowMs ?? 0;
  }

  /**
   * @returns false after a stall: sockets have to be read before anybody is blamed. Never twice in a row,
   *   because between two ticks they are read, however late the second is.
   */
  tick(nowMs: number): boolean {
    const stepMs = nowMs - (this.#nowMs ?? nowMs);
    this.#nowMs = nowMs;
    const isLate = stepMs > TICK_MS_MAX;
    if (isLate) {
      this.#stalls.push({ endMs: nowMs, lengthMs: stepMs - SWEEP_INTERVAL_MS });
      if (this.#stalls.length > STALLS_MAX) this.#stalls.shift();
    }
    this.#hasStalled = isLate && !this.#hasStalled;
    return !this.#hasStalled;
  }

  /** Whether what began at this moment has lasted as long, in time in which the loop ran. */
  hasPassed(sinceMs: number, ms: number): boolean {
    const passedMs = this.nowMs - sinceMs;
    // Nearly always that is all there is to do.
    return passedMs >= ms && passedMs - this.#stalledSince(sinceMs) >= ms;
  }

  #stalledSince(sinceMs: number): number {
    let stalledMs = 0;
    for (const { endMs, lengthMs } of this.#stalls) {
      stalledMs += Math.max(0, Math.min(lengthMs, endMs - sinceMs));
    }
    return stalledMs;
  }
}
