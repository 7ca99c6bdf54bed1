/**
 * PromQL from rows of a catalogue. A `Promql` carries what all queries of one place have in common: a
 * board's variables and `$__rate_interval`, or a rule's window and the labels that it must keep.
 *
 * Counters are always read as rates or increases, and always summed: gateways run as several processes,
 * and each counts for itself.
 */
import { toMatchersText } from "./matchers.ts";
import type { MatchValue, Where } from "./matchers.ts";
import { TARGET_LABELS } from "./metric-row.ts";
import type { CounterRow, GaugeRow, HistogramRow, MetricRow, TargetLabel } from "./metric-row.ts";

export interface Scope {
  /** Range of rates: a duration, or a Grafana variable that becomes one. */
  readonly window: string;
  /** Matchers by label; each goes to the metrics that have its label. */
  readonly where?: Readonly<Record<string, MatchValue>>;
  /** Labels that every sum keeps. */
  readonly keep?: readonly TargetLabel[];
}

export interface Selection<Label extends string> {
  readonly where?: Where<Label>;
  readonly by?: readonly (Label | TargetLabel)[];
}

export class Promql {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** The same place, looked at over another window. */
  over(window: string): Promql {
    return new Promql({ ...this.#scope, window });
  }

  /** The series as they are. */
  select<Label extends string>(
    row: CounterRow<Label> | GaugeRow<Label>,
    where?: Where<NoInfer<Label>>,
  ): string {
    return this.#selector(row, "", where);
  }

  /** The newest value in the window: for series with a sample now and then, which a plain selector misses. */
  newest<Label extends string>(row: GaugeRow<Label>, where?: Where<NoInfer<Label>>): string {
    return `last_over_time(${this.#selector(row, "", where)}[${this.#scope.window}])`;
  }

  /** The median of the values in the window, per series. */
  median<Label extends string>(row: GaugeRow<Label>, where?: Where<NoInfer<Label>>): string {
    return `quantile_over_time(0.5, ${this.#selector(row, "", where)}[${this.#scope.window}])`;
  }

  /** How many samples the window holds, per series. */
  samples<Label extends string>(row: GaugeRow<Label>, where?: Where<NoInfer<Label>>): string {
    return `count_over_time(${this.#selector(row, "", where)}[${this.#scope.window}])`;
  }

  sum<Label extends string>(
    row: GaugeRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return this.#aggregate("sum", selection.by, this.#selector(row, "", selection.where));
  }

  max<Label extends string>(
    row: GaugeRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return this.#aggregate("max", selection.by, this.#selector(row, "", selection.where));
  }

  /** Of a counter, per second. */
  rate<Label extends string>(
    row: CounterRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return this.#sumOf("rate", this.#selector(row, "", selection.where), selection.by);
  }

  /** Of a counter, over the whole window. */
  increase<Label extends string>(
    row: CounterRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return this.#sumOf("increase", this.#selector(row, "", selection.where), selection.by);
  }

  /** How many observations a histogram got, per second. */
  observations<Label extends string>(
    row: HistogramRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return this.#sumOf("rate", this.#selector(row, "_count", selection.where), selection.by);
  }

  /** The sum of what a histogram observed, per second. */
  amount<Label extends string>(
    row: HistogramRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return this.#sumOf("rate", this.#selector(row, "_sum", selection.where), selection.by);
  }

  mean<Label extends string>(
    row: HistogramRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return ratio(this.amount(row, selection), this.observations(row, selection));
  }

  /** Observations per second in each bucket: what a heatmap shows. */
  buckets<Label extends string>(
    row: HistogramRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    const by = ["le", ...(selection.by ?? [])];
    return this.#sumOf("rate", this.#selector(row, "_bucket", selection.where), by);
  }

  quantile<Label extends string>(
    quantile: number,
    row: HistogramRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return `histogram_quantile(${quantile}, ${this.buckets(row, selection)})`;
  }

  /** Observations of at most `bound`, per second. @throws When `bound` is not a bucket of the row. */
  atMost<Label extends string>(
    bound: number,
    row: HistogramRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    const where = { ...selection.where, le: toBoundText(bound, row) };
    return this.#sumOf("rate", this.#selector(row, "_bucket", where), selection.by);
  }

  /** Which part of the observations was at most `bound`. @throws When it is not a bucket of the row. */
  sloAttainment<Label extends string>(
    bound: number,
    row: HistogramRow<Label>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    return ratio(this.atMost(bound, row, selection), this.observations(row, selection));
  }

  /** Which part of a counter's rate has these labels; 0 where the whole is there and the part is not. */
  share<Label extends string>(
    row: CounterRow<Label>,
    part: Where<NoInfer<Label>>,
    selection: Selection<NoInfer<Label>> = {},
  ): string {
    const where = { ...selection.where, ...part };
    return shareOf(this.rate(row, { ...selection, where }), this.rate(row, selection));
  }

  #selector(
    row: MetricRow,
    suffix: "" | "_bucket" | "_count" | "_sum",
    where: Readonly<Record<string, MatchValue | undefined>> = {},
  ): string {
    const labels: readonly string[] = [...TARGET_LABELS, ...row.labels];
    const common = Object.entries(this.#scope.where ?? {}).filter(([name]) =>
      labels.includes(name),
    );
    return `${row.name}${suffix}${toMatchersText({ ...Object.fromEntries(common), ...where })}`;
  }

  #sumOf(
    reading: "rate" | "increase",
    selector: string,
    by: readonly string[] | undefined,
  ): string {
    return this.#aggregate("sum", by, `${reading}(${selector}[${this.#scope.window}])`);
  }

  #aggregate(operator: "sum" | "max", by: readonly string[] = [], expression: string): string {
    const labels = [...new Set([...(this.#scope.keep ?? []), ...by])];
    const grouping = labels.length === 0 ? "" : ` by (${labels.join(", ")}) `;
    return `${operator}${grouping}(${expression})`;
  }
}

/** Nothing, rather than NaN, while there is nothing to divide by. */
export function ratio(part: string, whole: string): string {
  return `(${part}) / ((${whole}) > 0)`;
}

/** As `ratio`, but 0 where the whole has series for which the part has none. */
export function shareOf(part: string, whole: string): string {
  return ratio(`(${part}) or 0 * (${whole})`, whole);
}

/** 0 where there is no series at all. Only for sums that keep no label. */
export function orZero(expression: string): string {
  return `(${expression}) or vector(0)`;
}

/** Prometheus 2 compares bounds as text, and OpenMetrics writes whole ones with a fraction. */
function toBoundText(bound: number, row: HistogramRow): string {
  if (!row.buckets.includes(bound)) {
    const bounds = row.buckets.join(" ");
    throw new RangeError(`${bound} is not a bucket of ${row.name}, which has: ${bounds}`);
  }
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
