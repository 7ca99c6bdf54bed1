/** Exchanges with deployments. */
import type {
  AttemptFacts,
  AttemptResult,
  AttemptTiming,
  FailedAttempt,
  RequestEvent,
} from "@slipstream/contracts/request-events";
import * as requestRows from "./request-rows.ts";
import * as streamRows from "./stream-rows.ts";
import type { Instruments } from "./instruments.ts";
import { toDeploymentLabels } from "./request-labels.ts";

export class AttemptMetrics {
  readonly #attempts;
  readonly #inflight;
  readonly #resends;
  readonly #retries;
  readonly #retryLost;
  readonly #connection;
  readonly #headers;
  readonly #firstContent;

  constructor(instruments: Instruments) {
    this.#attempts = instruments.counter(requestRows.UPSTREAM_ATTEMPTS);
    this.#inflight = instruments.level(requestRows.INFLIGHT_ATTEMPTS);
    this.#resends = instruments.counter(requestRows.UPSTREAM_RESENDS);
    this.#retries = instruments.counter(requestRows.RETRIES);
    this.#retryLost = instruments.counter(requestRows.RETRY_LOST);
    this.#connection = instruments.histogram(streamRows.UPSTREAM_CONNECTION);
    this.#headers = instruments.histogram(streamRows.UPSTREAM_HEADERS);
    this.#firstContent = instruments.histogram(streamRows.UPSTREAM_FIRST_CONTENT);
  }

  observe(event: RequestEvent): void {
    if (event.type === "attempt_start") {
      this.#inflight.child(toDeploymentLabels(event)).add(1);
      if (event.retryOf !== undefined) this.#recordRetry(event, event.retryOf);
    } else if (event.type === "attempt_end") {
      const labels = toDeploymentLabels(event);
      this.#inflight.child(labels).add(-1);
      // Also 0: a rate sees the first one only where there was a series before.
      this.#resends.child(labels).add(event.resends);
      this.#recordResult(event, event.result);
      this.#recordTiming(event, event.timing);
    }
  }

  #recordRetry({ model }: AttemptFacts, { code, durationMs }: FailedAttempt): void {
    this.#retries.child({ gen_ai_request_model: model, code }).add(1);
    this.#retryLost.child({ gen_ai_request_model: model }).add(durationMs / 1_000);
  }

  #recordResult(attempt: AttemptFacts, result: AttemptResult): void {
    const label = result.type === "failed" ? result.code : result.type;
    this.#attempts.child({ ...toDeploymentLabels(attempt), result: label }).add(1);
  }

  #recordTiming(attempt: AttemptFacts, { sentMs, headMs, firstContentMs }: AttemptTiming): void {
    const labels = toDeploymentLabels(attempt);
    if (sentMs !== undefined) this.#connection.child(labels).observe(sentMs / 1_000);
    if (headMs !== undefined) this.#headers.child(labels).observe(headMs / 1_000);
    if (firstContentMs !== undefined) {
      this.#firstContent.child(labels).observe(firstContentMs / 1_000);
    }
  }
}
