/**
 * Collects usage records and writes them in batches, in order, until the store has taken them.
 *
 * What was accepted is given up only at the end of the process: a batch that fails is tried again for as
 * long as it takes. That is safe also where the store has taken it and the answer got lost, because a
 * record is written once by its id. When the queue is full the newest are refused: those accepted before
 * are what somebody may be waiting for in `flush`.
 */
import { clearTimeout, setTimeout } from "node:timers";
import type {
  UsageLoss,
  UsageRecord,
  UsageSink,
  UsageSinkObserver,
} from "@slipstream/contracts/usage-record";
import { StoreError } from "../store-error.ts";
import { Nap } from "./nap.ts";
import type { InsertUsage } from "./usage-queries.ts";
import { toUsageRow } from "./usage-records-table.ts";
import type { UsageRow } from "./usage-records-table.ts";

/**
 * Rows per transaction. Key look-ups on the same connection wait for one transaction at most, about 5 ms
 * with 100 rows, and the thread that moves bytes is busy with them for up to 1 ms. With 500 rows a record
 * costs a third less, but both wait for several times as long.
 */
export const BATCH_RECORDS = 100;
/** About 35 MB; an outage of a minute and a half at 1,000 requests per second. */
const QUEUED_RECORDS_MAX = 100_000;

export interface UsageWriterTimes {
  /** How long a record waits for others to share a transaction, that is one fsync, with. */
  readonly collectMs: number;
  /** After a failure; doubled with every further one, up to the maximum. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** For `flush`. A full queue takes about 7 s; an orchestrator kills after 30 s. */
  readonly flushMs: number;
}

const TIMES: UsageWriterTimes = {
  collectMs: 200,
  retryMsMin: 100,
  retryMsMax: 2_000,
  flushMs: 10_000,
};

export interface UsageWriterOptions {
  readonly insert: InsertUsage;
  readonly observer: UsageSinkObserver;
  /** For tests. */
  readonly queuedRecordsMax?: number;
  readonly times?: UsageWriterTimes;
}

interface Flush {
  /** Done when this many have been written. */
  readonly written: number;
  readonly done: () => void;
}

export class UsageWriter implements UsageSink {
  readonly #insert: InsertUsage;
  readonly #observer: UsageSinkObserver;
  readonly #queuedRecordsMax: number;
  readonly #times: UsageWriterTimes;
  readonly #queue: UsageRow[] = [];
  readonly #nap = new Nap();
  /** In order of what they wait for. */
  #flushes: readonly Flush[] = [];
  #accepted = 0;
  #written = 0;
  #state: "open" | "closing" | "closed" = "open";
  #isRunning = false;

  constructor(options: UsageWriterOptions) {
    this.#insert = options.insert;
    this.#observer = options.observer;
    this.#queuedRecordsMax = options.queuedRecordsMax ?? QUEUED_RECORDS_MAX;
    this.#times = options.times ?? TIMES;
  }

  record(record: UsageRecord): void {
    const row = this.#accept(record);
    if (typeof row === "string") {
      this.#observer.usageLost(row, 1);
      return;
    }
    this.#queue.push(row);
    this.#accepted++;
    if (!this.#isRunning) void this.#run();
    // A pause after a failure ends early too, which does no harm: it happens once per outage.
    else if (this.#queue.length === BATCH_RECORDS) this.#nap.end();
  }

  get waiting(): number {
    return this.#queue.length;
  }

  async flush(): Promise<void> {
    if (this.#written === this.#accepted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const flush: Flush = { written: this.#accepted, done: resolve };
    const timer = setTimeout(() => {
      this.#flushes = this.#flushes.filter((waiting) => waiting !== flush);
      reject(new StoreError(`${this.#queue.length} usage records are not written yet.`));
    }, this.#times.flushMs);
    this.#flushes = [...this.#flushes, flush];
    this.#nap.end();
    await promise.finally(() => clearTimeout(timer));
  }

  /** Writes what it can in the time that `flush` has; takes nothing more. Never rejects. Idempotent. */
  async close(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closing";
    try {
      await this.flush();
    } catch {
      this.#observer.usageLost("unwritten_at_close", this.#queue.length);
    }
    this.#state = "closed";
    this.#nap.end();
  }

  #accept(record: UsageRecord): UsageRow | UsageLoss {
    if (this.#state !== "open") return "closed";
    if (this.#queue.length >= this.#queuedRecordsMax) return "queue_full";
    return toUsageRow(record) ?? "unwritable";
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let retryMs = this.#times.retryMsMin;
    while (this.#queue.length > 0 && this.#state !== "closed") {
      if (!this.#isDue()) await this.#nap.take(this.#times.collectMs);
      if (await this.#writeBatch()) {
        retryMs = this.#times.retryMsMin;
      } else {
        await this.#nap.take(retryMs);
        retryMs = Math.min(2 * retryMs, this.#times.retryMsMax);
      }
    }
    this.#isRunning = false;
  }

  #isDue(): boolean {
    return this.#queue.length >= BATCH_RECORDS || this.#flushes.length > 0;
  }

  /** @returns whether the store has taken it. Never rejects. */
  async #writeBatch(): Promise<boolean> {
    const rows = this.#queue.slice(0, BATCH_RECORDS);
    try {
      await this.#insert(rows);
    } catch (error) {
      if (this.#state !== "closed") this.#observer.usageWriteFailed(error, this.#queue.length);
      return false;
    }
    this.#queue.splice(0, rows.length);
    this.#written += rows.length;
    for (const { written, done } of this.#flushes) if (written <= this.#written) done();
    this.#flushes = this.#flushes.filter(({ written }) => written > this.#written);
    return true;
  }
}
