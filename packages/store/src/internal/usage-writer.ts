/**
 * Collects usage records and writes them in batches until the store has taken them.
 *
 * What was accepted is given up only at the end of the process: a batch that fails is tried again for as
 * long as it takes. That is safe also where the store has taken it and the answer got lost, because a
 * record is written once by its id. When the queue is full the newest are refused: those accepted before
 * are what somebody may be waiting for in `flush`.
 *
 * Batches are handed over in order, a few at once. While the store is well they are written in that order;
 * a batch that failed is written behind those that did not.
 */
import type {
  UsageLoss,
  UsageRecord,
  UsageSink,
  UsageSinkObserver,
} from "@slipstream/contracts/usage-record";
import { StoreError } from "../store-error.ts";
import { systemTimer } from "./timer.ts";
import type { Appointment, Timer } from "./timer.ts";
import type { InsertUsage } from "./usage-queries.ts";
import { toUsageRowText } from "./usage-records-table.ts";
import type { UsageRowText } from "./usage-records-table.ts";

/** Rows per transaction at most. The thread that moves bytes is busy with them for about 1 ms. */
export const BATCH_RECORDS_MAX = 1_000;
/**
 * An answer of the store is noticed a turn of the event loop later, up to half a second where thousands
 * of requests are under way. In that time as many full batches can be written as may be under way.
 */
export const BATCHES_UNDER_WAY_MAX = 4;
/** About 45 MB; an outage of a minute and a half at 1,000 requests per second. */
const QUEUED_RECORDS_MAX = 100_000;

/**
 * While the store is well, a record is safe that long after it was made, at every load, ms. What is
 * younger is lost when the process is killed.
 */
export const SAFE_WITHIN_MS = 200;
/** Of that, what is left for late timers, the batches before it and the disk, ms. */
const WRITING_MS = 50;

export interface UsageWriterTimes {
  /** How long a record waits for others to share a transaction, that is one fsync, with. */
  readonly collectMs: number;
  /** After a failure; doubled with every further one, up to the maximum. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** For `flush`. A full queue takes about 2 s. */
  readonly flushMs: number;
}

const TIMES: UsageWriterTimes = {
  collectMs: SAFE_WITHIN_MS - WRITING_MS,
  retryMsMin: 100,
  retryMsMax: 1_000,
  flushMs: 10_000,
};

export interface UsageWriterOptions {
  readonly insert: InsertUsage;
  readonly observer: UsageSinkObserver;
  /** For tests. */
  readonly queuedRecordsMax?: number;
  readonly times?: UsageWriterTimes;
  readonly timer?: Timer;
}

interface Batch {
  /** The number of its first record among all that were accepted. */
  readonly first: number;
  readonly rows: readonly UsageRowText[];
  state: "under_way" | "failed";
}

type Health =
  | { readonly type: "well" }
  /** Nothing is sent until the `probe`, a batch that has failed, has been written. */
  | { readonly type: "failing"; readonly retryMs: number; readonly probe: Batch | undefined };

interface Flush {
  /** Done when every record before this number is safe. */
  readonly end: number;
  readonly done: () => void;
}

const WELL: Health = { type: "well" };
const OVERDUE_MS = -Infinity;

export class UsageWriter implements UsageSink {
  readonly waitingMax: number;
  readonly #insert: InsertUsage;
  readonly #observer: UsageSinkObserver;
  readonly #times: UsageWriterTimes;
  readonly #timer: Timer;
  /** In no batch yet, the oldest first. */
  readonly #queue: UsageRowText[] = [];
  /** When what is in the queue is to be sent. */
  #dueMs = OVERDUE_MS;
  #collecting: Appointment | undefined;
  /** Not safe yet, the oldest first. */
  #batches: Batch[] = [];
  #health = WELL;
  /** Between a failure and the next attempt. */
  #pause: Appointment | undefined;
  #flushes: readonly Flush[] = [];
  #accepted = 0;
  #written = 0;
  #state: "open" | "closing" | "closed" = "open";

  constructor(options: UsageWriterOptions) {
    this.waitingMax = options.queuedRecordsMax ?? QUEUED_RECORDS_MAX;
    this.#insert = options.insert;
    this.#observer = options.observer;
    this.#times = options.times ?? TIMES;
    this.#timer = options.timer ?? systemTimer;
  }

  record(record: UsageRecord): void {
    const row = this.#accept(record);
    if (row.type === "lost") {
      this.#observer.usageLost(row.loss, 1);
      return;
    }
    if (this.#queue.length === 0) this.#startCollecting();
    this.#queue.push(row.text);
    this.#accepted++;
    // Looked at here too: in a long turn of the event loop no timer fires.
    if (this.#isDue()) this.#send();
  }

  get waiting(): number {
    return this.#accepted - this.#written;
  }

  async flush(withinMs: number = this.#times.flushMs): Promise<void> {
    if (this.waiting === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const flush: Flush = { end: this.#accepted, done: resolve };
    const patience = this.#timer.after(withinMs, () => {
      this.#flushes = this.#flushes.filter((waiting) => waiting !== flush);
      reject(new StoreError(`${this.waiting} usage records are not written yet.`));
    });
    this.#flushes = [...this.#flushes, flush];
    this.#dueMs = OVERDUE_MS;
    if (this.#pause === undefined) this.#send();
    else this.#retry();
    await promise.finally(() => patience.cancel());
  }

  /** Writes what it can in the time given; takes nothing more. Never rejects. Idempotent. */
  async close(withinMs: number = this.#times.flushMs): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "closing";
    try {
      await this.flush(withinMs);
    } catch {
      this.#observer.usageLost("unwritten_at_close", this.waiting);
    }
    this.#state = "closed";
    this.#collecting?.cancel();
    this.#pause?.cancel();
  }

  #accept(record: UsageRecord): Accepted | Lost {
    if (this.#state !== "open") return { type: "lost", loss: "closed" };
    if (this.waiting >= this.waitingMax) return { type: "lost", loss: "queue_full" };
    const text = toUsageRowText(record);
    return text === undefined ? { type: "lost", loss: "unwritable" } : { type: "accepted", text };
  }

  #startCollecting(): void {
    const { collectMs } = this.#times;
    this.#dueMs = this.#timer.nowMs() + collectMs;
    this.#collecting = this.#timer.after(collectMs, () => {
      this.#dueMs = OVERDUE_MS;
      this.#send();
    });
  }

  /** Sends what is due, as far as it may. */
  #send(): void {
    while (this.#maySend()) {
      const batch = this.#batches.find(({ state }) => state === "failed") ?? this.#takeBatch();
      if (batch === undefined) return;
      void this.#write(batch);
    }
  }

  #maySend(): boolean {
    if (this.#health.type === "failing" || this.#state === "closed") return false;
    const underWay = this.#batches.filter(({ state }) => state === "under_way");
    return underWay.length < BATCHES_UNDER_WAY_MAX;
  }

  #takeBatch(): Batch | undefined {
    if (!this.#isDue()) return undefined;
    const first = this.#accepted - this.#queue.length;
    const rows = this.#queue.splice(0, BATCH_RECORDS_MAX);
    if (this.#queue.length === 0) this.#collecting?.cancel();
    const batch: Batch = { first, rows, state: "under_way" };
    this.#batches.push(batch);
    return batch;
  }

  #isDue(): boolean {
    if (this.#queue.length === 0) return false;
    return this.#queue.length >= BATCH_RECORDS_MAX || this.#timer.nowMs() >= this.#dueMs;
  }

  /** Never rejects. */
  async #write(batch: Batch): Promise<void> {
    batch.state = "under_way";
    try {
      await this.#insert(batch.rows);
    } catch (error) {
      batch.state = "failed";
      this.#fail(batch, error);
      return;
    }
    this.#batches = this.#batches.filter((unsafe) => unsafe !== batch);
    this.#written += batch.rows.length;
    this.#endFlushes();
    if (this.#isProbe(batch)) this.#health = WELL;
    this.#send();
  }

  /** The batches of one moment fail for one reason, which is told once. */
  #fail(batch: Batch, error: unknown): void {
    if (this.#state === "closed") return;
    if (this.#health.type === "failing" && !this.#isProbe(batch)) return;
    this.#observer.usageWriteFailed(error, this.waiting);
    const { retryMsMin, retryMsMax } = this.#times;
    const retryMs = this.#health.type === "well" ? retryMsMin : this.#health.retryMs;
    this.#health = {
      type: "failing",
      retryMs: Math.min(2 * retryMs, retryMsMax),
      probe: undefined,
    };
    this.#pause = this.#timer.after(retryMs, () => this.#retry());
  }

  #retry(): void {
    this.#pause?.cancel();
    this.#pause = undefined;
    const probe = this.#batches.find(({ state }) => state === "failed");
    if (this.#health.type === "well" || probe === undefined) return;
    this.#health = { ...this.#health, probe };
    void this.#write(probe);
  }

  #isProbe(batch: Batch): boolean {
    return this.#health.type === "failing" && this.#health.probe === batch;
  }

  #endFlushes(): void {
    const end = this.#batches[0]?.first ?? this.#accepted - this.#queue.length;
    for (const flush of this.#flushes) if (flush.end <= end) flush.done();
    this.#flushes = this.#flushes.filter((flush) => flush.end > end);
  }
}

interface Accepted {
  readonly type: "accepted";
  readonly text: UsageRowText;
}

interface Lost {
  readonly type: "lost";
  readonly loss: UsageLoss;
}
