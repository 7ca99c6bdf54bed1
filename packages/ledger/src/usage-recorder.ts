/**
 * Makes the usage record of every request for inference that was made under a valid key.
 *
 * It stands before the other observers, whose failures cost telemetry: one of its own costs money, and is
 * told as that.
 *
 * Warm: once per request. It rests on `request_end`, which comes exactly once; request ids would be no
 * help against a second one, because clients may choose and repeat them.
 */
import type {
  AttemptFacts,
  RequestEvent,
  RequestObserver,
  RequestReport,
  StreamRecorder,
  TraceHeaders,
} from "@slipstream/contracts/request-events";
import type { UsageSink, UsageSinkObserver } from "@slipstream/contracts/usage-record";
import { toUsageRecord } from "./to-usage-record.ts";
import type { AccountableRequest } from "./to-usage-record.ts";

export interface UsageRecorderOptions {
  readonly sink: Pick<UsageSink, "record">;
  /** Told of a record that could not be made. */
  readonly losses: Pick<UsageSinkObserver, "usageLost">;
  /** Told of everything, after the record. */
  readonly next: RequestObserver;
  /** Milliseconds since 1970. */
  readonly nowEpochMs: () => number;
  /**
   * A new UUID. One that grows with time (version 7) keeps the newest rows of an index together, which
   * makes writing them cheaper.
   */
  readonly createId: () => string;
}

export class UsageRecorder implements RequestObserver {
  readonly #options: UsageRecorderOptions;

  constructor(options: UsageRecorderOptions) {
    this.#options = options;
  }

  observe(event: RequestEvent): void {
    if (event.type === "request_end") this.#record(event.report);
    this.#options.next.observe(event);
  }

  streamRecorder(attempt: AttemptFacts): StreamRecorder {
    return this.#options.next.streamRecorder(attempt);
  }

  traceHeaders(attempt: AttemptFacts, trace: TraceHeaders): TraceHeaders {
    return this.#options.next.traceHeaders(attempt, trace);
  }

  #record(report: RequestReport): void {
    if (!isAccountable(report)) return;
    const { sink, losses, createId, nowEpochMs } = this.#options;
    try {
      sink.record(toUsageRecord(report, { id: createId(), endedAtEpochMs: nowEpochMs() }));
    } catch (error) {
      losses.usageLost("not_made", 1, error);
    }
  }
}

function isAccountable(report: RequestReport): report is AccountableRequest {
  const { principal, operation, settlement } = report;
  return principal !== undefined && operation !== undefined && settlement !== undefined;
}
