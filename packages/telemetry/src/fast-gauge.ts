import { BoundedChildren } from "./bounded-children.ts";
import type { Limits } from "./bounded-children.ts";
import type { GaugeRow } from "./metric-row.ts";
import type { LabelName, Labels } from "./labels.ts";
import { toHeaderText } from "./openmetrics-text.ts";

/** A gauge for labels that come from the configuration: bounded, and it cannot throw. */
export class FastGauge<Label extends LabelName = never> {
  readonly #row: GaugeRow<Label>;
  readonly #children: BoundedChildren<Label, GaugeChild>;

  constructor(row: GaugeRow<Label>, limits: Limits) {
    this.#row = row;
    this.#children = new BoundedChildren(
      { labels: row.labels, series: 1, create: (labelText) => new GaugeChild(labelText) },
      limits,
    );
  }

  /** Warm. */
  child(labels: Labels<Label>): GaugeChild {
    return this.#children.child(labels);
  }

  /** OpenMetrics text: the header, then one part per label set. */
  *text(): Iterable<string> {
    yield toHeaderText(this.#row);
    for (const { labelText, value } of this.#children.all) {
      yield `${this.#row.name}{${labelText}} ${value}\n`;
    }
  }
}

export class GaugeChild {
  readonly labelText: string;
  #value = 0;

  constructor(labelText: string) {
    this.labelText = labelText;
  }

  get value(): number {
    return this.#value;
  }

  add(amount: number): void {
    this.#value += amount;
  }
}
