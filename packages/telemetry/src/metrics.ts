/** All metrics of one gateway process, behind the observer ports. */
import { CACHE_RESULTS, CACHES } from "@slipstream/contracts/cache-events";
import type { CacheObserver } from "@slipstream/contracts/cache-events";
import type { RequestObserver } from "@slipstream/contracts/request-events";
import { LABEL_SETS_MAX } from "./bounded-children.ts";
import { CACHE_REQUESTS, TELEMETRY_LOSSES } from "./catalog.ts";
import { Instruments } from "./instruments.ts";
import { LOSSES } from "./losses.ts";
import type { Loss, LossRecorder } from "./losses.ts";
import { RequestMetrics } from "./request-metrics.ts";
import { RuntimeMetrics } from "./runtime-metrics.ts";

export interface MetricsOptions {
  /** Of the gateway. */
  readonly version: string;
  /** Label sets per metric before the rest share one. */
  readonly labelSetsMax?: number;
}

export interface Metrics extends RequestObserver, CacheObserver {
  /** For the parts of telemetry that cannot count for themselves. */
  readonly recordLoss: LossRecorder;
  /** OpenMetrics text; `contentType` is its media type. */
  render(): Promise<string>;
  readonly contentType: string;
}

/** One registry of its own per call: nothing is shared between two gateways in one process. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { version, labelSetsMax = LABEL_SETS_MAX } = options;
  const instruments = new Instruments({ labelSetsMax, recordLoss });
  const requests = new RequestMetrics(instruments);
  const caches = instruments.fixedCounter(CACHE_REQUESTS);
  const losses = instruments.fixedCounter(TELEMETRY_LOSSES);
  const runtime = new RuntimeMetrics(instruments, version);

  for (const cache of CACHES) for (const result of CACHE_RESULTS) caches.inc({ cache, result }, 0);
  for (const kind of LOSSES) losses.inc({ kind }, 0);

  function recordLoss(loss: Loss): void {
    losses.inc({ kind: loss });
  }

  return {
    observe: (event) => requests.observe(event),
    gapRecorder: (attempt) => requests.gapRecorder(attempt),
    cacheRequest: (cache, result) => caches.inc({ cache, result }),
    recordLoss,
    contentType: instruments.contentType,
    async render() {
      await runtime.sample();
      return instruments.render();
    },
  };
}
