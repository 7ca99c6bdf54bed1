/** Lets one in at a time, in order of arrival. */
export class WaitingLine {
  readonly #waiting: Array<() => void> = [];
  #isTaken = false;

  /** How many wait for their turn. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Resolves when it is the caller's turn, who must `leave` afterwards. */
  async enter(): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#isTaken = true;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
