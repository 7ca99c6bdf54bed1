/** Makes something for all who ask for it at about the same time. */
import { setTimeout } from "node:timers/promises";
import type { Clock } from "@slipstream/contracts/clock";

/** Rest after work, by its duration: however many ask, it takes at most a tenth of the time. */
const REST_PER_WORK = 9;
/** Work that took long because everything did must not be put off until its askers have gone, ms. */
const REST_MS_MAX = 500;

export interface SharedResultOptions<Result> {
  readonly clock: Clock;
  readonly make: () => Promise<Result>;
  /** Resolves after so many milliseconds. */
  readonly rest?: (ms: number) => Promise<unknown>;
}

export class SharedResult<Result> {
  readonly #rest: (ms: number) => Promise<unknown>;
  readonly #clock: Clock;
  readonly #make: () => Promise<Result>;
  /** Of the work that has not begun yet: who asks now gets what nobody made before. */
  #next: Promise<Result> | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #restsUntilMs = 0;

  constructor({ clock, make, rest = (ms) => setTimeout(ms) }: SharedResultOptions<Result>) {
    this.#clock = clock;
    this.#make = make;
    this.#rest = rest;
  }

  /** @returns what was made after this was called. Rejects as the work does. */
  get(): Promise<Result> {
    if (this.#next === undefined) {
      this.#next = this.#makeNext();
      this.#running = this.#next.catch(() => undefined);
    }
    return this.#next;
  }

  async #makeNext(): Promise<Result> {
    await this.#running;
    const untilRestedMs = this.#restsUntilMs - this.#clock.nowMs();
    if (untilRestedMs > 0) await this.#rest(untilRestedMs);
    this.#next = undefined;
    const startMs = this.#clock.nowMs();
    try {
      return await this.#make();
    } finally {
      const endMs = this.#clock.nowMs();
      const restMs = Math.min((endMs - startMs) * REST_PER_WORK, REST_MS_MAX);
      this.#restsUntilMs = endMs + restMs;
    }
  }
}
