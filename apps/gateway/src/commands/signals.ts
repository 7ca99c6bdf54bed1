const SIGNALS = ["SIGINT", "SIGTERM"] as const;
type Signal = (typeof SIGNALS)[number];

/** Resolves at the first signal. A second one ends the process at once, with the shell's exit code for it. */
export function untilSignal(): Promise<Signal> {
  const numbers = { SIGINT: 2, SIGTERM: 15 } as const;
  return new Promise((resolve) => {
    for (const signal of SIGNALS) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(128 + numbers[signal]));
      });
    }
  });
}
