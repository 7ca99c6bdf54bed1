const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof SIGNALS;

/** Resolves at the first signal. A second one ends the process at once, with the shell's exit code for it. */
export function untilSignal(): Promise<Signal> {
  return new Promise((resolve) => {
    let first: Signal | undefined;
    function receive(signal: Signal): void {
      if (first !== undefined) process.exit(128 + SIGNALS[signal]);
      first = signal;
      resolve(signal);
    }
    process.on("SIGINT", receive);
    process.on("SIGTERM", receive);
  });
}
