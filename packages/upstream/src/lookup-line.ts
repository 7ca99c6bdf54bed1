/**
 * Runs look-ups of names, few at a time, so that one that hangs cannot hold up all others.
 *
 * `getaddrinfo` cannot be cancelled. libuv runs it in its thread pool, at most two at a time with the
 * pool's usual four threads, first come first served. A name whose resolver is silent holds one of these two
 * for as long as the system's resolver tries: ten seconds and more. So we hand over no more than what is
 * run at once, and never two that are known to be slow.
 */

import type { Clock } from "@slipstream/contracts/clock";

/** What libuv runs at the same time: half of its four threads. More would wait there, out of our hands. */
const LOOKUPS_MAX = 2;
/** A name whose last look-up took longer than this is slow, ms. Resolvers that work answer in milliseconds. */
const SLOW_MS = 1000;

/** One name: it has one look-up in the line at most. */
export interface LookupJob {
  /** @param done To be called once, when the look-up has ended. */
  run(done: () => void): void;
}

export class LookupLine {
  readonly #clock: Clock;
  #running = 0;
  readonly #quick: LookupJob[] = [];
  readonly #slow: LookupJob[] = [];
  /** Those whose last look-up was slow. */
  readonly #isSlow: WeakSet<LookupJob> = new WeakSet();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs the look-up when it is its turn, maybe at once. */
  add(job: LookupJob): void {
    (this.#isSlow.has(job) ? this.#slow : this.#quick).push(job);
    this.#start();
  }

  #start(): void {
    while (this.#running < LOOKUPS_MAX) {
      const job = this.#next();
      if (job === undefined) return;
      this.#run(job);
    }
  }

  /** A slow one starts only where nothing else runs: the other place stays free for those that are quick. */
  #next(): LookupJob | undefined {
    return this.#quick.shift() ?? (this.#running === 0 ? this.#slow.shift() : undefined);
  }

  #run(job: LookupJob): void {
    this.#running++;
    const startMs = this.#clock.nowMs();
    job.run(() => {
      if (this.#clock.nowMs() - startMs > SLOW_MS) this.#isSlow.add(job);
      else this.#isSlow.delete(job);
      this.#running--;
      this.#start();
    });
  }
}
