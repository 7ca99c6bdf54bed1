import type { CounterRow } from "./metric-row.ts";
import { BoundedChildren } from "./bounded-children.ts";
import type { Limits } from "./bounded-children.ts";
import type { LabelName, Labels } from "./labels.ts";
import { toHeaderText } from "./openmetrics-text.ts";

/** A counter for labels that come from the configuration: bounded, and it cannot throw. */
export class FastCounter<Label extends LabelName = never> {
  readonly #row: CounterRow<Label>;
  readonly #children: BoundedChildren<Label, CounterChild>;

  constructor(row: CounterRow<Label>, limits: Limits) {
    this.#row = row;
    const create = (labelText: string): CounterChild => new CounterChild(labelText, limits);
    this.#children = new BoundedChildren({ labels: row.labels, series: 1, create }, limits);
  }

  /** Warm. */
  child(labels: Labels<Label>): CounterChild {
    return this.#children.child(labels);
  }

  /** OpenMetrics text: the header, then one part per label set. */
  *text(): Iterable<string> {
    yield toHeaderText(this.#row);
    for (const { labelText, total } of this.#children.all) {
      yield `${this.#row.name}{${labelText}} ${total}\n`;
    }
  }
}

export class CounterChild {
  readonly labelText: string;
  readonly #limits: Limits;
  #total = 0;

  constructor(labelText: string, limits: Limits) {
    this.labelText = labelText;
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** @param amount ≥ 0; anything else is refused and counted. */
  add(amount: number): void {
    if (amount >= 0 && amount < Infinity) this.#total += amount;
    else this.#limits.recordLoss("invalid_value");
  }
}
