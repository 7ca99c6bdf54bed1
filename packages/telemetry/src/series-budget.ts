/**
 * How many series all metrics together may have, whatever their labels.
 *
 * Cold: asked when a label set is seen for the first time.
 */

/**
 * Some fifty models on several deployments each, or several hundred on one. A page of them is about
 * 6 MB, and a Prometheus with ten of such gateways is still a small one.
 */
export const SERIES_MAX = 50_000;

export class SeriesBudget {
  readonly max: number;
  #used = 0;

  constructor(max: number) {
    this.max = max;
  }

  get used(): number {
    return this.#used;
  }

  /** @returns whether there is room. */
  take(series: number): boolean {
    if (this.#used + series > this.max) return false;
    this.#used += series;
    return true;
  }

  /** For what there must be room for: the one label set of a metric that stands for all the others. */
  force(series: number): void {
    this.#used += series;
  }
}
