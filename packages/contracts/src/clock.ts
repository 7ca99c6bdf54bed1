/** Port: the only source of time for the core. Tests hand in one that they advance. */
export interface Clock {
  /** Milliseconds on one monotonic clock, with fractions; only differences mean anything. */
  nowMs(): number;
}
