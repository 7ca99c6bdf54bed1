import { clearTimeout, setTimeout } from "node:timers";

/** A wait that can be cut short. One at a time. */
export class Nap {
  #end: (() => void) | undefined;

  /** Resolves after `durationMs`, or when somebody calls `end`. */
  take(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.end(), durationMs);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Nothing happens when nobody naps. */
  end(): void {
    this.#end?.();
    this.#end = undefined;
  }
}
