import type { RequestEvent } from "@slipstream/contracts/request-events";
import type { RemoteParent } from "./trace-context.ts";

export type AttemptStart = Extract<RequestEvent, { type: "attempt_start" }>;
export type AttemptEnd = Extract<RequestEvent, { type: "attempt_end" }>;

/**
 * Whether it is kept whatever happens. `asked`: its client wants that, and has not shown a valid key yet.
 * Decided before an upstream is told.
 */
export type Sampling = "in" | "out" | "asked";

/** What is remembered of a request until it has ended. */
export interface OpenTrace {
  readonly traceId: string;
  readonly parent: RemoteParent | undefined;
  sampling: Sampling;
  readonly startEpochMs: number;
  /** The same moment on the monotonic clock. */
  readonly startMs: number;
  /** As many as the pipeline makes. */
  readonly attempts: TracedAttempt[];
}

export interface TracedAttempt {
  readonly spanId: string;
  /** On the monotonic clock. */
  readonly startMs: number;
  readonly start: AttemptStart;
  end: AttemptEnd | undefined;
}
