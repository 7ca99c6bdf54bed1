/**
 * Makes the usage record of every request for inference that was made under a valid key.
 *
 * Warm: once per request. It rests on `request_end`, which comes exactly once; request ids would be no
 * help against a second one, because clients may choose and repeat them.
 */
import type { RequestEvent, RequestReport } from "@slipstream/contracts/request-events";
import type { UsageSink } from "@slipstream/contracts/usage-record";
import { toUsageRecord } from "./to-usage-record.ts";
import type { AccountableRequest } from "./to-usage-record.ts";

export interface UsageRecorderOptions {
  readonly sink: Pick<UsageSink, "record">;
  /** Milliseconds since 1970. */
  readonly nowEpochMs: () => number;
  /**
   * A new UUID. One that grows with time (version 7) keeps the newest rows of an index together, which
   * makes writing them cheaper.
   */
  readonly createId: () => string;
}

export class UsageRecorder {
  readonly #sink: Pick<UsageSink, "record">;
  readonly #nowEpochMs: () => number;
  readonly #createId: () => string;

  constructor({ sink, nowEpochMs, createId }: UsageRecorderOptions) {
    this.#sink = sink;
    this.#nowEpochMs = nowEpochMs;
    this.#createId = createId;
  }

  observe(event: RequestEvent): void {
    if (event.type !== "request_end") return;
    const { report } = event;
    if (!isAccountable(report)) return;
    const origin = { id: this.#createId(), endedAtEpochMs: this.#nowEpochMs() };
    this.#sink.record(toUsageRecord(report, origin));
  }
}

function isAccountable(report: RequestReport): report is AccountableRequest {
  const { principal, operation, settlement } = report;
  return principal !== undefined && operation !== undefined && settlement !== undefined;
}
