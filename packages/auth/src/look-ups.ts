/**
 * Questions to the store that are under way: one for each key, shared by all who wait for its answer.
 *
 * An answer is waited for until a deadline. It is not forgotten then: one that comes late is still kept
 * for whoever asks next.
 */
import type { Clock } from "@slipstream/contracts/clock";
import type { Principal } from "@slipstream/contracts/principal";

/**
 * Of keys that are not known to exist. Enough for every connection that a flood of invented keys comes
 * over, since the store answers 200 of them at once in about a millisecond. About 10 MB.
 */
export const LOOK_UPS_MAX = 10_000;
/**
 * How long a client waits for a store that does not answer, ms. A look-up takes less than one; a busy
 * disk takes some hundred. Clients give up after ten seconds or more.
 */
export const LOOK_UP_DEADLINE_MS = 2_000;
/**
 * What one sweep may add to the time that was waited, ms. More passes between two of them only while this
 * process stands still, and then an answer may have come that nobody has had the time to read.
 */
export const SWEEP_COUNTS_MS_MAX = 200;

/** Why a look-up has no answer, for the log. */
export class LookUpError extends Error {
  override readonly name = "LookUpError";
  readonly code: "LOOK_UP_OVERDUE" | "LOOK_UPS_TOO_MANY";

  constructor(code: LookUpError["code"]) {
    super(code);
    this.code = code;
  }
}

export interface LookUp {
  readonly keyHash: string;
  /** Of a key that is known: it has room of its own, so that nobody can take it away. */
  readonly isKnown: boolean;
  /** On a clock that stops when the process does. */
  readonly deadlineMs: number;
  readonly answer: PromiseWithResolvers<Principal>;
}

export class LookUps {
  readonly #clock: Clock;
  /** By key hash. One that is no longer in here when the store answers may be out of date. */
  readonly #current = new Map<string, LookUp>();
  /** Those whose answer somebody waits for, the oldest first. */
  readonly #waitedFor = new Set<LookUp>();
  /** Whatever became of them, until the store has answered: so much memory they take. */
  #unknown = 0;
  #sweptMs: number;
  /** Time that counts. */
  #ranMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sweptMs = clock.nowMs();
  }

  /** Whether one more of a key that is not known would be too many. */
  get isFull(): boolean {
    return this.#unknown >= LOOK_UPS_MAX;
  }

  find(keyHash: string): LookUp | undefined {
    return this.#current.get(keyHash);
  }

  isWaitedFor(lookUp: LookUp): boolean {
    return this.#waitedFor.has(lookUp);
  }

  begin(keyHash: string, isKnown: boolean): LookUp {
    const deadlineMs = this.#ranMs + LOOK_UP_DEADLINE_MS;
    const answer = Promise.withResolvers<Principal>();
    const lookUp: LookUp = { keyHash, isKnown, deadlineMs, answer };
    this.#current.set(keyHash, lookUp);
    this.#waitedFor.add(lookUp);
    if (!isKnown) this.#unknown++;
    return lookUp;
  }

  /** An answer that is on its way may be out of date: nobody else is to join it. */
  overtake(keyHash: string): void {
    this.#current.delete(keyHash);
  }

  overtakeAll(): void {
    this.#current.clear();
  }

  /** Nobody waits from now on. @returns whether somebody did: then they must be answered now. */
  release(lookUp: LookUp): boolean {
    return this.#waitedFor.delete(lookUp);
  }

  /** The store has answered or failed. @returns false when the answer may be out of date. */
  end(lookUp: LookUp): boolean {
    if (!lookUp.isKnown) this.#unknown--;
    return this.#current.get(lookUp.keyHash) === lookUp && this.#current.delete(lookUp.keyHash);
  }

  /** @returns those that are waited for in vain. */
  sweep(): readonly LookUp[] {
    const nowMs = this.#clock.nowMs();
    this.#ranMs += Math.min(nowMs - this.#sweptMs, SWEEP_COUNTS_MS_MAX);
    this.#sweptMs = nowMs;
    const overdue: LookUp[] = [];
    for (const lookUp of this.#waitedFor) {
      if (this.#ranMs < lookUp.deadlineMs) break;
      overdue.push(lookUp);
    }
    return overdue;
  }
}
