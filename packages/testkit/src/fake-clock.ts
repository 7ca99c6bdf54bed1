import type { Clock } from "@slipstream/contracts/clock";

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
