/** The other side of `startProgram`: what every file in `programs/` does first. */
export type ProgramMessage = { readonly type: "ready" | "result"; readonly value: unknown };

export interface ProgramControl<Ready> {
  /** Aborted when the result is wanted. */
  readonly signal: AbortSignal;
  ready(value: Ready): void;
}

export function runProgram<Plan, Ready, Result>(
  run: (plan: Plan, control: ProgramControl<Ready>) => Promise<Result>,
): void {
  const stop = new AbortController();
  // Whoever started it is gone.
  process.once("disconnect", () => process.exit());
  process.once("message", (plan) => {
    process.on("message", () => stop.abort());
    void finish(plan as Plan);
  });

  async function finish(plan: Plan): Promise<void> {
    const ready = (value: Ready): void => void process.send?.({ type: "ready", value });
    const value = await run(plan, { signal: stop.signal, ready });
    // The process may end when the result has been taken, not before.
    process.send?.({ type: "result", value }, () => process.exit());
  }
}

/** Resolves when the signal comes. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
