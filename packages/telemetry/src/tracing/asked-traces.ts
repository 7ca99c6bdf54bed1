/**
 * How many traces clients may ask for with the `sampled` flag: whoever may call could otherwise have every
 * request exported, at our cost and in place of traces that others need.
 *
 * Source: https://www.w3.org/TR/trace-context/#denial-of-service
 */

/**
 * Some 400 spans a second: the collector's queue holds five seconds of them, and writing them takes a
 * two-hundredth of a core. A second's worth may come at once.
 */
export const ASKED_TRACES_PER_SECOND = 100;

export class AskedTraces {
  #left = ASKED_TRACES_PER_SECOND;
  #atMs = 0;

  /** @returns whether one more may be kept because it was asked for. */
  take(nowMs: number): boolean {
    const gained = ((nowMs - this.#atMs) / 1_000) * ASKED_TRACES_PER_SECOND;
    this.#left = Math.min(ASKED_TRACES_PER_SECOND, this.#left + gained);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
