const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof SIGNALS;

/** One Ctrl-C may arrive twice: from the terminal, and from npm, which passes it on. ms. */
const SAME_PRESS_MS = 300;

/** Resolves at the first signal. A second one ends the process at once, with the shell's exit code for it. */
export function untilSignal(): Promise<Signal> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    function receive(signal: Signal): void {
      const nowMs = performance.now();
      if (firstAtMs === undefined) {
        firstAtMs = nowMs;
        resolve(signal);
      } else if (nowMs - firstAtMs > SAME_PRESS_MS) {
        process.exit(128 + SIGNALS[signal]);
      }
    }
    process.on("SIGINT", receive);
    process.on("SIGTERM", receive);
  });
}
