import type { Timer } from "../src/internal/timer.ts";

interface Call {
  readonly atMs: number;
  readonly call: () => void;
}

/** Time that stands still until it is told to move. */
export class FakeTimer implements Timer {
  #nowMs = 0;
  readonly #calls = new Set<Call>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, call: () => void): { cancel(): void } {
    const made: Call = { atMs: this.#nowMs + ms, call };
    this.#calls.add(made);
    return { cancel: () => void this.#calls.delete(made) };
  }

  /** As long as a busy event loop: timers are not looked at. */
  passUnseen(ms: number): void {
    this.#nowMs += ms;
  }

  /** Calls what is due on the way, in order of time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#nextBy(endMs); next !== undefined; next = this.#nextBy(endMs)) {
      this.#calls.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
    }
    this.#nowMs = endMs;
  }

  #nextBy(endMs: number): Call | undefined {
    const due = [...this.#calls].filter(({ atMs }) => atMs <= endMs);
    return due.toSorted((one, other) => one.atMs - other.atMs)[0];
  }
}
