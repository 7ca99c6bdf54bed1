/** From here on a silence within a stream is one that its reader notices, ms. */
export const STALL_MS = 1_000;
