/** Tokens and money. */
import type { RequestReport } from "@slipstream/contracts/request-events";
import type { Settlement } from "@slipstream/contracts/settlement";
import * as rows from "./usage-rows.ts";
import type { CounterRow, GenAiLabel } from "./metric-row.ts";
import type { Instruments } from "./instruments.ts";
import { NONE } from "./labels.ts";
import { toGenAiLabels } from "./request-labels.ts";

type CountedUsage = "inputTokens" | "outputTokens" | "cachedInputTokens" | "reasoningTokens";

const REPORTED: readonly (readonly [CountedUsage, CounterRow<GenAiLabel>])[] = [
  ["inputTokens", rows.INPUT_TOKENS],
  ["outputTokens", rows.OUTPUT_TOKENS],
  ["cachedInputTokens", rows.CACHE_READ_INPUT_TOKENS],
  ["reasoningTokens", rows.REASONING_OUTPUT_TOKENS],
];

/** By their name as label. */
const SETTLED: readonly (readonly [CountedUsage, string])[] = [
  ["inputTokens", "input"],
  ["cachedInputTokens", "cached_input"],
  ["outputTokens", "output"],
  ["reasoningTokens", "reasoning"],
];

const NANO_USD_PER_USD = 1e9;

export class UsageMetrics {
  readonly #reported;
  readonly #settled;
  readonly #wasted;
  readonly #cost;
  readonly #records;

  constructor(instruments: Instruments) {
    this.#reported = REPORTED.map(([count, row]) => ({ count, counter: instruments.counter(row) }));
    this.#settled = instruments.counter(rows.SETTLED_TOKENS);
    this.#wasted = instruments.counter(rows.WASTED_TOKENS);
    this.#cost = instruments.counter(rows.COST);
    this.#records = instruments.counter(rows.USAGE_RECORDS);
  }

  recordEnd(report: RequestReport): void {
    const labels = toGenAiLabels(report);
    if (labels === undefined) return;
    for (const { count, counter } of this.#reported) {
      const tokens = report.usage?.[count];
      if (tokens !== undefined) counter.child(labels).add(tokens);
    }
    if (report.settlement !== undefined) this.#recordSettlement(report, report.settlement);
  }

  #recordSettlement({ model = NONE, outcome }: RequestReport, settlement: Settlement): void {
    const { source, outputTokens, costNanoUsd } = settlement;
    const labels = { gen_ai_request_model: model };
    this.#records.child({ source }).add(1);
    for (const [count, kind] of SETTLED) {
      const tokens = settlement[count];
      if (tokens !== null) this.#settled.child({ ...labels, kind, source }).add(tokens);
    }
    const isInVain = outcome === "client_abort" || outcome === "client_too_slow";
    if (isInVain && outputTokens !== null) this.#wasted.child(labels).add(outputTokens);
    if (costNanoUsd !== null) this.#cost.child(labels).add(costNanoUsd / NANO_USD_PER_USD);
  }
}
