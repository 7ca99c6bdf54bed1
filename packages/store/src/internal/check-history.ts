/**
 * Decides from the results of one check whether it fails. A single busy moment is no failure, and a
 * single success in between no recovery: else whatever hangs on it would flap.
 */
import type { StoreCheckState } from "@slipstream/contracts/store-health";

/** In a row, and over this time: a few that failed at once have failed for one reason. */
export const FAILURES_MIN = 3;
export const FAILING_MS_MIN = 3_000;
/** In a row. */
export const SUCCESSES_MIN = 3;

const PASSING: StoreCheckState = { type: "passing" };

export interface CheckHistoryOptions {
  /** How many in a row mean that the check passes again. */
  readonly successesMin: number;
  readonly changed: (state: StoreCheckState) => void;
}

export class CheckHistory {
  readonly #successesMin: number;
  readonly #changed: (state: StoreCheckState) => void;
  #state: StoreCheckState = PASSING;
  /** In a row; one of the two is 0. */
  #failures = 0;
  #successes = 0;
  /** Of the first of the failures in a row. */
  #failedFirstMs = 0;

  constructor({ successesMin, changed }: CheckHistoryOptions) {
    this.#successesMin = successesMin;
    this.#changed = changed;
  }

  get state(): StoreCheckState {
    return this.#state;
  }

  /** It passes, and has not just failed: there is no reason to look again soon. */
  get isCalm(): boolean {
    return this.#state.type === "passing" && this.#failures === 0;
  }

  passed(): void {
    this.#failures = 0;
    this.#successes++;
    if (this.#state.type === "failing" && this.#successes >= this.#successesMin) {
      this.#change(PASSING);
    }
  }

  failed(error: unknown, nowMs: number): void {
    this.#successes = 0;
    this.#failures++;
    if (this.#failures === 1) this.#failedFirstMs = nowMs;
    if (this.#state.type !== "passing") return;
    const hasLasted = nowMs - this.#failedFirstMs >= FAILING_MS_MIN;
    if (this.#failures < FAILURES_MIN || !hasLasted) return;
    this.#change({ type: "failing", sinceMs: this.#failedFirstMs, error });
  }

  /** At once and for good. */
  lost(error: unknown): void {
    if (this.#state.type !== "lost") this.#change({ type: "lost", error });
  }

  #change(state: StoreCheckState): void {
    this.#state = state;
    this.#changed(state);
  }
}
