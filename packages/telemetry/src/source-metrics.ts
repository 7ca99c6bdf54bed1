/** Gauges that are read at the moment of a scrape. */
import { STORE_CHECKS } from "@slipstream/contracts/store-health";
import * as processRows from "./process-rows.ts";
import * as storeRows from "./store-rows.ts";
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
  readonly #storeFailing;
  readonly #sockets;
  readonly #limitUsed;
  #sources: GaugeSources | undefined;

  constructor(instruments: Instruments, budget: SeriesBudget) {
    this.#budget = budget;
    this.#series = instruments.gauge(telemetryRows.SERIES);
    instruments.gauge(telemetryRows.SERIES_MAX).set(budget.max);
    this.#heldBytes = instruments.gauge(streamRows.HELD_BYTES);
    this.#usageWaiting = instruments.gauge(usageRows.USAGE_WAITING);
    this.#storeFailing = instruments.gauge(storeRows.STORE_FAILING);
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
    for (const check of STORE_CHECKS) {
      this.#storeFailing.set({ check }, this.#sources.storeCheckFails(check) ? 1 : 0);
    }
    this.#sockets.set({ side: "client" }, this.#sources.clientSockets());
    this.#sockets.set({ side: "upstream" }, this.#sources.upstreamSockets());
    for (const [reason, part] of this.#sources.limitsUsed()) this.#limitUsed.set({ reason }, part);
  }
}
