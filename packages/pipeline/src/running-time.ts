/**
 * How long something has lasted, without the time in which the event loop stood still.
 *
 * A process that was frozen, or that was busy with one thing for seconds, has read no socket meanwhile:
 * what others sent in that time is still to be read, and their silence is ours. So deadlines of others
 * are measured in the time in which the loop ran.
 */

/** How often `tick` is to be called, ms: a deadline fires that much late at most. */
export const SWEEP_INTERVAL_MS = 50;

/** From one tick to the next, ms; after more than that, sockets have to be read before anybody is blamed. */
const TICK_MS_MAX = 3 * SWEEP_INTERVAL_MS;

/**
 * What a turn of a busy loop may take, ms; what it takes beyond is a stall. Where every turn took longer than
 * a tick but less than this, sockets would be read several times a second, and a silent upstream is silent.
 */
export const TURN_MS_MAX = 250;

/** Stalls that are remembered. Of a longer row the oldest are forgotten, and count as time that ran. */
const STALLS_MAX = 64;

interface Stall {
  readonly endMs: number;
  readonly lengthMs: number;
}

export class RunningTime {
  readonly #stalls: Stall[] = [];
  #nowMs: number | undefined;
  #hasSkipped = false;

  /** When the last tick was. */
  get nowMs(): number {
    return this.#nowMs ?? 0;
  }

  /**
   * @returns false when it comes late: sockets have to be read before anybody is blamed. Never twice in a row,
   *   because between two ticks they are read, however late the second is.
   */
  tick(nowMs: number): boolean {
    const stepMs = nowMs - (this.#nowMs ?? nowMs);
    this.#nowMs = nowMs;
    if (stepMs > TURN_MS_MAX) {
      this.#stalls.push({ endMs: nowMs, lengthMs: stepMs - TURN_MS_MAX });
      if (this.#stalls.length > STALLS_MAX) this.#stalls.shift();
    }
    this.#hasSkipped = stepMs > TICK_MS_MAX && !this.#hasSkipped;
    return !this.#hasSkipped;
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
