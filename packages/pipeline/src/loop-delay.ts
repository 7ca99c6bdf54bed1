/**
 * How late the event loop is, from a timer that fires regularly.
 *
 * One long turn is a large body or a garbage collection, and over when it is noticed; many in a row are more
 * work than there is time for. So the loop counts as late only while the present turn is late _and_ those of
 * the last second were. Under steady overload each turn then serves what fits into the limit and refuses the
 * rest, which is why nothing has to be remembered between refusing and admitting.
 */

/** What is longer ago counts for less than 37 %, ms. */
const REMEMBERED_MS = 1000;

export class LoopDelay {
  readonly #intervalMs: number;
  #firedAtMs: number;
  #averageMs = 0;

  /** @param intervalMs How far apart the calls of `fired` should be. */
  constructor(intervalMs: number, nowMs: number) {
    this.#intervalMs = intervalMs;
    this.#firedAtMs = nowMs;
  }

  /** The timer has fired. @returns how late, ms. */
  fired(nowMs: number): number {
    const lateMs = this.#lateness(nowMs);
    const weight = 1 - Math.exp((this.#firedAtMs - nowMs) / REMEMBERED_MS);
    this.#averageMs += (lateMs - this.#averageMs) * weight;
    this.#firedAtMs = nowMs;
    return lateMs;
  }

  /** ms. 0 when it keeps up. */
  read(nowMs: number): number {
    return Math.min(this.#averageMs, this.#lateness(nowMs));
  }

  #lateness(nowMs: number): number {
    return Math.max(0, nowMs - this.#firedAtMs - this.#intervalMs);
  }
}
