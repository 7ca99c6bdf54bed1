/**
 * Upper bounds of histogram buckets, ascending, in seconds.
 *
 * "GenAI" bounds are those that the OpenTelemetry GenAI conventions recommend, so that dashboards
 * made for other gateways fit; what is added to them is named.
 * Source: https://github.com/open-telemetry/semantic-conventions, v1.41.1, docs/gen-ai/gen-ai-metrics.md
 */

/** GenAI durations, and one more doubling: long answers outlast 82 s. */
export const DURATION_SECONDS: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84,
];

/** GenAI time to first token, and 15–60 s: queues and reasoning models, up to our own deadline. */
export const FIRST_TOKEN_SECONDS: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 20, 30,
  45, 60,
];

/** GenAI has nothing below 10 ms, where fast decoders live; these resolve 1–100 ms. */
export const CHUNK_GAP_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.2,
  0.4, 0.6, 0.8, 1, 2, 4, 8,
];

/** GenAI time per output token, and 1–5 ms: fast decoders are below its first bound. */
export const TOKEN_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];

/** What the gateway itself adds: fine where it should be, coarse where something is wrong. */
export const OVERHEAD_SECONDS: readonly number[] = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
];

/** Waiting for a connection: none, one on the same network, one around the world, a lost packet or two. */
export const CONNECTION_SECONDS: readonly number[] = [
  0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** Pauses of the event loop or the garbage collector. */
export const PAUSE_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];
