/** When the process stood still: a late event loop, and garbage collections. */
import { constants, performance, PerformanceObserver } from "node:perf_hooks";
import { setInterval } from "node:timers";
import * as rows from "./process-rows.ts";
import type { HistogramChild } from "./fast-histogram.ts";
import type { Instruments } from "./instruments.ts";

/** Fifty times a second: fine enough to meet most pauses of 20 ms, and a thousandth of a core. */
const SAMPLE_INTERVAL_MS = 20;

const COLLECTIONS: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weak_callbacks"],
]);

export class PauseMetrics {
  readonly #timer: NodeJS.Timeout;
  readonly #collections: PerformanceObserver;

  constructor(instruments: Instruments) {
    this.#timer = watchLoop(instruments.histogram(rows.EVENT_LOOP_DELAY).child({}));
    this.#collections = watchCollections(instruments);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#collections.disconnect();
  }
}

function watchLoop(delays: HistogramChild): NodeJS.Timeout {
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    delays.observe(Math.max(0, nowMs - lastMs - SAMPLE_INTERVAL_MS) / 1_000);
    lastMs = nowMs;
  }, SAMPLE_INTERVAL_MS);
  return timer.unref();
}

function watchCollections(instruments: Instruments): PerformanceObserver {
  const pauses = instruments.histogram(rows.GARBAGE_COLLECTION);
  const kinds = new Map(
    Array.from(COLLECTIONS, ([id, kind]) => [id, pauses.child({ kind })] as const),
  );
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      kinds.get(readKind(entry))?.observe(entry.duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return observer;
}

/** Its type does not tell of the detail that entries of garbage collections have. */
function readKind(entry: object): unknown {
  const detail: unknown = Reflect.get(entry, "detail");
  return typeof detail === "object" && detail !== null ? Reflect.get(detail, "kind") : undefined;
}
