/** Traces of one gateway process. */
import { randomUUID } from "node:crypto";
import type { Clock } from "@slipstream/contracts/clock";
import type { ExemplarSource } from "../exemplar.ts";
import type { RequestSubscriber } from "../fan-out-observer.ts";
import type { Logger } from "../logger.ts";
import type { LossRecorder } from "../losses.ts";
import type { TraceDecision } from "../trace-decision.ts";
import { RequestTracer } from "./request-tracer.ts";
import type { TracerSettings } from "./request-tracer.ts";
import type { Places } from "./span-plan.ts";

export interface TracingOptions extends TracerSettings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the gateway. */
  readonly version: string;
  readonly clock: Clock;
  readonly places: Places;
  readonly recordDecision: (decision: TraceDecision) => void;
  readonly recordLoss: LossRecorder;
  readonly logger: Logger;
}

export interface Tracing {
  /** Go before those who ask for exemplars. */
  readonly subscribers: readonly RequestSubscriber[];
  readonly exemplarOf: ExemplarSource;
  /** Sends what waits, for a bounded time. Idempotent. */
  close(): Promise<void>;
}

/** A collector that is not there is no reason not to start: it may come later. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { clock, places, recordDecision, recordLoss } = options;
  const { startCollector } = await import("./collector.ts");
  const collector = startCollector({ ...options, instanceId: randomUUID() });
  const tracer = new RequestTracer(options, {
    clock,
    nowEpochMs: Date.now,
    exportSpans: (spans, part) => collector.add(spans, part),
    recordDecision,
    recordLoss,
    places,
  });
  return {
    subscribers: [tracer],
    exemplarOf: (report) => tracer.exemplarOf(report),
    close: () => collector.close(),
  };
}
