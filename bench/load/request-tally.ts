/** What is counted of answers that are not streamed. */
import type { MeasuredWindow } from "./measured-window.ts";

export interface RequestLoad {
  /** Answers that were complete in the window. */
  readonly answers: number;
  /** From the moment a request was due, waiting for a connection included; begun in the window. */
  readonly latencyMs: readonly number[];
}

export class RequestTally implements RequestLoad, MeasuredWindow {
  answers = 0;
  readonly latencyMs: number[] = [];
  #isOpen = false;

  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** For a request that is due now. @returns to be called when its answer is over. */
  listen(): () => void {
    const isCounted = this.#isOpen;
    // Not the planned time: a timer's millisecond of delay would hide what is looked for.
    const dueMs = performance.now();
    return () => {
      if (isCounted) this.latencyMs.push(performance.now() - dueMs);
      if (this.#isOpen) this.answers++;
    };
  }
}
