/** When the process stood still: a late event loop, and garbage collections. */
import { constants, PerformanceObserver } from "node:perf_hooks";
import * as rows from "./process-rows.ts";
import type { HistogramChild } from "./fast-histogram.ts";
import type { Instruments } from "./instruments.ts";

const COLLECTIONS: ReadonlyMap<unknown, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, "weak_callbacks"],
]);

export class PauseMetrics {
  readonly #delays: HistogramChild;
  readonly #collections: PerformanceObserver;

  constructor(instruments: Instruments) {
    this.#delays = instruments.histogram(rows.EVENT_LOOP_DELAY).child({});
    this.#collections = watchCollections(instruments);
  }

  /** @param lateMs Of a timer that fires regularly; what it was early by is nothing. */
  recordLoopDelay(lateMs: number): void {
    this.#delays.observe(Math.max(0, lateMs) / 1_000);
  }

  close(): void {
    this.#collections.disconnect();
  }
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
