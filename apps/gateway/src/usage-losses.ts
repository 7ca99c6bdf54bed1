import type { UsageLoss, UsageSinkObserver } from "@slipstream/contracts/usage-record";
import type { Logger } from "@slipstream/telemetry/logger";
import type { LossRecorder } from "@slipstream/telemetry/losses";

/** Counts usage records that are lost, and writes them into the log. */
export class UsageLosses implements UsageSinkObserver {
  readonly #logger: Logger;
  readonly #recordLoss: LossRecorder;
  /** Lost so far. */
  records = 0;

  constructor(logger: Logger, recordLoss: LossRecorder) {
    this.#logger = logger;
    this.#recordLoss = recordLoss;
  }

  usageLost(loss: UsageLoss, records: number, err?: unknown): void {
    this.records += records;
    this.#recordLoss("usage_record");
    this.#logger.error({ loss, records, err }, "usage records lost");
  }

  usageWriteFailed(err: unknown, waiting: number): void {
    this.#logger.warn({ err, waiting }, "usage records wait");
  }
}
