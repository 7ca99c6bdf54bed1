/**
 * By how much the events of a stream come later than its pace demands.
 *
 * The event that came earliest for its place in the stream sets the clock: what all of them are late by, a
 * fraction of a millisecond, is in the first chunk's time and not in this.
 */
export class Lateness {
  readonly #paceMs: number;
  readonly #offsetsMs: number[] = [];
  #earliestMs = Infinity;

  /** @param paceMs From event to event. */
  constructor(paceMs: number) {
    this.#paceMs = paceMs;
  }

  /** @param index Of the event in its stream. */
  add(index: number, atMs: number): void {
    const offsetMs = atMs - index * this.#paceMs;
    this.#offsetsMs.push(offsetMs);
    this.#earliestMs = Math.min(this.#earliestMs, offsetMs);
  }

  /** ≥ 0, in the order of the events. */
  get valuesMs(): number[] {
    return this.#offsetsMs.map((offsetMs) => offsetMs - this.#earliestMs);
  }
}
