/** Gauges that are read at the moment of a scrape. */
import * as catalog from "./catalog.ts";
import type { GaugeSources } from "./gauge-sources.ts";
import type { Instruments } from "./instruments.ts";
import type { SeriesBudget } from "./series-budget.ts";

export class SourceMetrics {
  readonly #budget: SeriesBudget;
  readonly #series;
  readonly #heldBytes;
  readonly #usageWaiting;
  readonly #sockets;
  #sources: GaugeSources | undefined;

  constructor(instruments: Instruments, budget: SeriesBudget) {
    this.#budget = budget;
    this.#series = instruments.gauge(catalog.SERIES);
    instruments.gauge(catalog.SERIES_MAX).set(budget.max);
    this.#heldBytes = instruments.gauge(catalog.HELD_BYTES);
    this.#usageWaiting = instruments.gauge(catalog.USAGE_WAITING);
    this.#sockets = instruments.gauge(catalog.OPEN_SOCKETS);
  }

  watch(sources: GaugeSources): void {
    this.#sources = sources;
  }

  sample(): void {
    this.#series.set(this.#budget.used);
    if (this.#sources === undefined) return;
    this.#heldBytes.set(this.#sources.heldBytes());
    this.#usageWaiting.set(this.#sources.usageRecordsWaiting());
    this.#sockets.set({ side: "client" }, this.#sources.clientSockets());
    this.#sockets.set({ side: "upstream" }, this.#sources.upstreamSockets());
  }
}
