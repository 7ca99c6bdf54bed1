/** Random numbers that a failed run can be repeated with: `LONG_SEED=123 npm run test:long`. */
import { say } from "./say.ts";

const SEEDS = 0xffff_fffe;

/** Marsaglia's xorshift with 32 bits. @param seed Not 0. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** From 0 up to but not including `bound`. */
  below(bound: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state % bound;
  }
}

/** The seed of this run, which is printed. */
export function takeSeed(): number {
  const asked = Number(process.env["LONG_SEED"]);
  const seed = asked > 0 ? asked : 1 + Math.floor(Math.random() * SEEDS);
  say(`seed: LONG_SEED=${seed}`);
  return seed;
}
