/**
 * One timer for all streams: a heap of alarms, the earliest first.
 *
 * An alarm never rings early, and usually less than 2 ms late: timers of the event loop count whole
 * milliseconds.
 */
import { nowMs } from "./monotonic-clock.ts";

export class Alarm {
  readonly ring: () => void;
  /** On the clock of `nowMs`. */
  dueMs = 0;
  /** Position in the heap; -1: not set. */
  slot = -1;

  constructor(ring: () => void) {
    this.ring = ring;
  }
}

/** Longest delay that the event loop's timers accept. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class Clockwork {
  /** A binary heap: no alarm is due before its parent at `(slot - 1) / 2`. */
  readonly #heap: Alarm[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Infinity;
  #isRinging = false;

  /** Sets an alarm that is not set. */
  set(alarm: Alarm, dueMs: number): void {
    alarm.dueMs = dueMs;
    this.#heap.push(alarm);
    this.#rise(alarm, this.#heap.length - 1);
    if (!this.#isRinging) this.#arm();
  }

  /** Idempotent. */
  clear(alarm: Alarm): void {
    if (alarm.slot === -1) return;
    const last = this.#heap.pop();
    if (last !== undefined && last !== alarm) {
      this.#rise(last, alarm.slot);
      this.#sink(last, last.slot);
    }
    alarm.slot = -1;
  }

  /** Forgets all alarms. */
  stop(): void {
    this.#heap.length = 0;
    clearTimeout(this.#timer);
    this.#timerDueMs = Infinity;
  }

  readonly #ringDue = (): void => {
    this.#timerDueMs = Infinity;
    this.#isRinging = true;
    const now = nowMs();
    for (let first = this.#heap[0]; first && first.dueMs <= now; first = this.#heap[0]) {
      this.clear(first);
      first.ring();
    }
    this.#isRinging = false;
    this.#arm();
  };

  #arm(): void {
    const dueMs = this.#heap[0]?.dueMs ?? Infinity;
    if (dueMs >= this.#timerDueMs) return;
    clearTimeout(this.#timer);
    const delayMs = Math.min(Math.max(1, Math.ceil(dueMs - nowMs())), TIMER_MS_MAX);
    this.#timer = setTimeout(this.#ringDue, delayMs);
    this.#timerDueMs = dueMs;
  }

  /** Moves an alarm that belongs at `slot` or above it to its place. */
  #rise(alarm: Alarm, slot: number): void {
    let at = slot;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.dueMs <= alarm.dueMs) break;
      this.#place(parent, at);
      at = above;
    }
    this.#place(alarm, at);
  }

  /** Moves an alarm that belongs at `slot` or below it to its place. */
  #sink(alarm: Alarm, slot: number): void {
    let at = slot;
    for (let child = this.#earlierChild(at); child !== undefined; child = this.#earlierChild(at)) {
      if (alarm.dueMs <= child.dueMs) break;
      const below = child.slot;
      this.#place(child, at);
      at = below;
    }
    this.#place(alarm, at);
  }

  #earlierChild(slot: number): Alarm | undefined {
    const left = this.#heap[2 * slot + 1];
    const right = this.#heap[2 * slot + 2];
    return left !== undefined && right !== undefined && right.dueMs < left.dueMs ? right : left;
  }

  #place(alarm: Alarm, slot: number): void {
    this.#heap[slot] = alarm;
    alarm.slot = slot;
  }
}
