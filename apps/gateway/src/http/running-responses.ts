import type { ServerResponse } from "node:http";

/** Counts the responses that are not over yet, so that a server can be closed when the last one is. */
export class RunningResponses {
  #count = 0;
  #whenNone: (() => void) | undefined;

  add(response: ServerResponse): void {
    this.#count++;
    response.once("close", () => {
      this.#count--;
      if (this.#count === 0) this.#whenNone?.();
    });
  }

  /** Resolves when there is none. Called once, when no more are added. */
  async ended(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => (this.#whenNone = resolve));
  }
}
