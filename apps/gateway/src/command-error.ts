/** Exit codes of the command line. */
export const EXIT = {
  ok: 0,
  /** It could not be done. */
  failed: 1,
  /** The words or the configuration are wrong; nothing was done. */
  usage: 2,
  /** The gateway has ended, and usage records of its last requests could not be written. */
  recordsLost: 3,
} as const;

/** The command line was not understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
