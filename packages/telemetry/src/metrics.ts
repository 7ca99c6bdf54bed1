/** All metrics of one gateway process, behind the observer ports. */
import { CACHE_RESULTS, CACHES } from "@slipstream/contracts/cache-events";
import type { CacheObserver } from "@slipstream/contracts/cache-events";
import { SHED_REASONS } from "@slipstream/contracts/load-shedding";
import type { ShedObserver } from "@slipstream/contracts/load-shedding";
import { LABEL_SETS_MAX } from "./bounded-children.ts";
import type { ExemplarSource } from "./exemplar.ts";
import { CACHE_EVICTIONS, CACHE_REQUESTS, TELEMETRY_LOSSES, TRACES } from "./telemetry-rows.ts";
import type { RequestSubscriber } from "./fan-out-observer.ts";
import type { GaugeSources } from "./gauge-sources.ts";
import { Instruments } from "./instruments.ts";
import { LOSSES } from "./losses.ts";
import type { Loss, LossRecorder } from "./losses.ts";
import { REQUESTS_SHED } from "./process-rows.ts";
import { PauseMetrics } from "./pause-metrics.ts";
import { RequestMetrics } from "./request-metrics.ts";
import { RuntimeMetrics } from "./runtime-metrics.ts";
import { SERIES_MAX, SeriesBudget } from "./series-budget.ts";
import { SourceMetrics } from "./source-metrics.ts";
import { TRACE_DECISIONS } from "./trace-decision.ts";
import type { TraceDecision } from "./trace-decision.ts";

export interface MetricsOptions {
  /** Of the gateway. */
  readonly version: string;
  /** Label sets per metric before the rest share one. */
  readonly labelSetsMax?: number;
  /** Series of all metrics before the rest share. */
  readonly seriesMax?: number;
  /** The traces of requests, where there are any. */
  readonly exemplars?: ExemplarSource;
}

export interface Metrics
  extends
    CacheObserver,
    ShedObserver,
    Required<Pick<RequestSubscriber, "observe" | "streamRecorder">> {
  /** For the parts of telemetry that cannot count for themselves. */
  readonly recordLoss: LossRecorder;
  readonly recordTrace: (decision: TraceDecision) => void;
  /**
   * For whoever has a timer that fires regularly: a timer of our own would wake an idle process each time, which
   * costs 160 µs.
   *
   * @param lateMs How late it fired.
   */
  recordLoopDelay(lateMs: number): void;
  /** Asks these from now on at every scrape. */
  watch(sources: GaugeSources): void;
  /** OpenMetrics text; `contentType` is its media type. */
  render(): Promise<string>;
  readonly contentType: string;
  /** Stops watching the process. */
  close(): void;
}

/** One registry of its own per call: nothing is shared between two gateways in one process. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { version, labelSetsMax = LABEL_SETS_MAX, seriesMax = SERIES_MAX } = options;
  const { exemplars = () => undefined } = options;
  const series = new SeriesBudget(seriesMax);
  const instruments = new Instruments({ labelSetsMax, series, recordLoss });
  const requests = new RequestMetrics(instruments, exemplars);
  const caches = instruments.fixedCounter(CACHE_REQUESTS);
  const evictions = instruments.fixedCounter(CACHE_EVICTIONS);
  const traces = instruments.fixedCounter(TRACES);
  const losses = instruments.fixedCounter(TELEMETRY_LOSSES);
  const shed = instruments.fixedCounter(REQUESTS_SHED);
  const sources = new SourceMetrics(instruments, series);
  const runtime = new RuntimeMetrics(instruments, version);
  const pauses = new PauseMetrics(instruments);

  for (const cache of CACHES) {
    evictions.inc({ cache }, 0);
    for (const result of CACHE_RESULTS) caches.inc({ cache, result }, 0);
  }
  for (const kind of LOSSES) losses.inc({ kind }, 0);
  for (const reason of SHED_REASONS) shed.inc({ reason }, 0);
  for (const decision of TRACE_DECISIONS) traces.inc({ decision }, 0);

  function recordLoss(loss: Loss): void {
    losses.inc({ kind: loss });
  }

  return {
    observe: (event) => requests.observe(event),
    streamRecorder: (attempt) => requests.streamRecorder(attempt),
    cacheRequest: (cache, result) => caches.inc({ cache, result }),
    cacheEviction: (cache) => evictions.inc({ cache }),
    requestShed: (reason) => shed.inc({ reason }),
    recordLoss,
    recordTrace: (decision) => traces.inc({ decision }),
    recordLoopDelay: (lateMs) => pauses.recordLoopDelay(lateMs),
    watch: (watched) => sources.watch(watched),
    contentType: instruments.contentType,
    async render() {
      sources.sample();
      await runtime.sample();
      return instruments.render();
    },
    close: () => pauses.close(),
  };
}
