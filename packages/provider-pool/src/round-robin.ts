/**
 * Weighted round robin that spreads a heavy deployment's turns instead of taking them in a row: with
 * weights 3 and 1 it gives A A B A. Each pick adds its weight to everybody's credit and takes the sum
 * from the one with the most.
 *
 * The technique is nginx's "smooth weighted round robin" (2012).
 */
import type { Deployment } from "@slipstream/contracts/deployment";

export class RoundRobin {
  readonly #credits = new Map<Deployment, number>();

  /** @param candidates Not empty. Credits belong to the deployment, so the set may differ from pick to pick. */
  pick(candidates: readonly [Deployment, ...Deployment[]]): Deployment {
    let [best] = candidates;
    let bestCredit = -Infinity;
    let weights = 0;
    for (const candidate of candidates) {
      const credit = (this.#credits.get(candidate) ?? 0) + candidate.weight;
      this.#credits.set(candidate, credit);
      weights += candidate.weight;
      if (credit > bestCredit) {
        best = candidate;
        bestCredit = credit;
      }
    }
    this.#credits.set(best, bestCredit - weights);
    return best;
  }
}
