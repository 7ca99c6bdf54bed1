/**
 * Makes the usage record of every request for inference that was made under a valid key.
 *
 * Warm: once per request. It rests on `request_end`, which comes exactly once; request ids would be no
 * help against a second one, because clients may choose and repeat them.
 */
import type { RequestEvent } from "@slipstream/contracts/request-events";
import type { UsageSink } from "@slipstream/contracts/usage-record";
import type { EndedRequest } from "./settle-usage.ts";
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
    const request: EndedRequest = event.report;
    if (!isAccountable(request)) return;
    const origin = { id: this.#createId(), endedAtEpochMs: this.#nowEpochMs() };
    this.#sink.record(toUsageRecord(request, origin));
  }
}

function isAccountable(request: EndedRequest): request is AccountableRequest {
  return request.principal !== undefined && request.operation !== undefined;
}
