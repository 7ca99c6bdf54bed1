/** The other side of `startProgram`: what every file in `programs/` does first. */

/** What a program is sent, and what it sends back when it is ready and when it ends. */
export interface ProgramTypes {
  readonly plan: object;
  readonly ready: unknown;
  readonly result: unknown;
}

export interface ProgramMessage {
  readonly type: "ready" | "result";
  readonly value: unknown;
}

interface ProgramControl<Types extends ProgramTypes> {
  /** Aborted when the result is wanted. */
  readonly signal: AbortSignal;
  readonly ready: (value: Types["ready"]) => void;
}

export function runProgram<Types extends ProgramTypes>(
  run: (plan: Types["plan"], control: ProgramControl<Types>) => Promise<Types["result"]>,
): void {
  const stop = new AbortController();
  // Whoever started it is gone.
  process.once("disconnect", () => process.exit());
  process.once("message", (plan) => {
    process.on("message", () => stop.abort());
    void finish(plan as Types["plan"]);
  });

  async function finish(plan: Types["plan"]): Promise<void> {
    const ready = (value: Types["ready"]): void => send({ type: "ready", value });
    const value = await run(plan, { signal: stop.signal, ready });
    // The process may end when the result has been taken, not before.
    process.send?.({ type: "result", value } satisfies ProgramMessage, () => process.exit());
  }
}

function send(message: ProgramMessage): void {
  process.send?.(message);
}

/** Resolves when the signal comes. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
