/**
 * Milliseconds of CLOCK_MONOTONIC with fractions: other processes on the same machine can compare
 * them with their own `process.hrtime`.
 */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
