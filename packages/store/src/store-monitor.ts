/**
 * Tries the store out at regular intervals. Whoever wants to know how it is reads the result, which
 * costs the store nothing, however many ask.
 *
 * It owns no timer: the application calls `check`.
 */
import type { Clock } from "@slipstream/contracts/clock";
import type {
  StoreCheckName,
  StoreHealth,
  StoreObserver,
} from "@slipstream/contracts/store-health";
import { CheckHistory, SUCCESSES_MIN } from "./internal/check-history.ts";
import { StoreLostError } from "./internal/store-lost-error.ts";
import type { StoreProbes } from "./internal/store-probes.ts";
import type { InsertUsage } from "./internal/usage-queries.ts";
import { StoreError } from "./store-error.ts";

/** How often `check` is to be called. */
export const STORE_CHECK_INTERVAL_MS = 1_000;
/** A write is a flush of the disk (fsync): one that passes is not repeated sooner. */
export const STORE_WRITE_INTERVAL_MS = 10_000;
/** A write may wait for 5 s for another process, and then says so. More than this is a store that hangs. */
export const STORE_CHECK_DEADLINE_MS = 8_000;

export interface StoreMonitorOptions {
  readonly probes: StoreProbes;
  readonly clock: Clock;
  readonly observer: StoreObserver;
}

/** Usage records are no trial: whether they get there is learnt from each batch. */
type Probe = Exclude<StoreCheckName, "records">;

export class StoreMonitor {
  readonly #probes: StoreProbes;
  readonly #clock: Clock;
  readonly #histories: Readonly<Record<StoreCheckName, CheckHistory>>;
  /** Those without a result yet, and when they began. */
  readonly #running = new Map<Probe, number>();
  #writtenMs = -Infinity;

  constructor({ probes, clock, observer }: StoreMonitorOptions) {
    this.#probes = probes;
    this.#clock = clock;
    const toHistory = (check: StoreCheckName, successesMin: number) =>
      new CheckHistory({
        successesMin,
        changed: (state) => observer.storeCheckChanged(check, state),
      });
    this.#histories = {
      file: toHistory("file", SUCCESSES_MIN),
      read: toHistory("read", SUCCESSES_MIN),
      write: toHistory("write", SUCCESSES_MIN),
      // Where there is little traffic, the next batch may be long in coming.
      records: toHistory("records", 1),
    };
  }

  get health(): StoreHealth {
    const { file, read, write, records } = this.#histories;
    return { file: file.state, read: read.state, write: write.state, records: records.state };
  }

  /** Begins what is due, and counts as failed what has begun and takes too long. */
  check(): void {
    const nowMs = this.#clock.nowMs();
    this.#try("file", nowMs);
    this.#try("read", nowMs);
    if (this.#isWriteDue(nowMs)) this.#try("write", nowMs);
  }

  /** Tells of each batch of usage records. @returns an insert that does the same. */
  watch(insert: InsertUsage): InsertUsage {
    const { records } = this.#histories;
    return async (rows) => {
      try {
        await insert(rows);
      } catch (error) {
        this.#failed("records", error);
        throw error;
      }
      records.passed();
    };
  }

  #isWriteDue(nowMs: number): boolean {
    if (this.#running.has("write") || !this.#histories.write.isCalm) return true;
    return nowMs - this.#writtenMs >= STORE_WRITE_INTERVAL_MS;
  }

  #try(probe: Probe, nowMs: number): void {
    const startedMs = this.#running.get(probe);
    if (startedMs === undefined) {
      this.#running.set(probe, nowMs);
      void this.#run(probe, nowMs);
    } else if (nowMs - startedMs >= STORE_CHECK_DEADLINE_MS) {
      this.#failed(probe, overdue());
    }
  }

  /** Never rejects. */
  async #run(probe: Probe, startedMs: number): Promise<void> {
    const isInTime = () => this.#clock.nowMs() - startedMs < STORE_CHECK_DEADLINE_MS;
    try {
      await this.#probes[probe]();
      // What comes late has failed already.
      if (isInTime()) this.#passed(probe);
    } catch (error) {
      if (isInTime()) this.#failed(probe, error);
    } finally {
      this.#running.delete(probe);
    }
  }

  #passed(probe: Probe): void {
    this.#histories[probe].passed();
    if (probe === "write") this.#writtenMs = this.#clock.nowMs();
  }

  #failed(check: StoreCheckName, error: unknown): void {
    const history = this.#histories[check];
    if (error instanceof StoreLostError) history.lost(error);
    else history.failed(error, this.#clock.nowMs());
  }
}

function overdue(): StoreError {
  return new StoreError("A check of the store takes too long.", { code: "STORE_CHECK_OVERDUE" });
}
