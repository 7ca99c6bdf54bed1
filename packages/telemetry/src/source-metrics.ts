/** Gauges that are read at the moment of a scrape. */
import * as processRows from "./process-rows.ts";
import * as streamRows from "./stream-rows.ts";
import * as telemetryRows from "./telemetry-rows.ts";
import * as usageRows from "./usage-rows.ts";
import type { GaugeSources } from "./gauge-sources.ts";
import type { Instruments } from "./instruments.ts";
import type { SeriesBudget } from "./series-budget.ts";

export class SourceMetrics {
  readonly #budget: SeriesBudget;
  readonly #series;
  readonly #heldBytes;
  readonly #usageWaiting;
  readonly #sockets;
  readonly #limitUsed;
  #sources: GaugeSources | undefined;

  constructor(instruments: Instruments, budget: SeriesBudget) {
    this.#budget = budget;
    this.#series = instruments.gauge(telemetryRows.SERIES);
    instruments.gauge(telemetryRows.SERIES_MAX).set(budget.max);
    this.#heldBytes = instruments.gauge(streamRows.HELD_BYTES);
    this.#usageWaiting = instruments.gauge(usageRows.USAGE_WAITING);
    this.#sockets = instruments.gauge(processRows.OPEN_SOCKETS);
    this.#limitUsed = instruments.gauge(processRows.LIMIT_USED);
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
    for (const [reason, part] of this.#sources.limitsUsed()) this.#limitUsed.set({ reason }, part);
  }
}
