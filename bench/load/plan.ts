/** How long and how often is measured. Cold. */

/** Streams at a fixed pace: every token is an event. */
export interface StreamShape {
  readonly streams: number;
  /** ms from event to event of one stream. */
  readonly gapMs: number;
  /** Before the window, after the last stream has begun. */
  readonly settleMs: number;
  readonly windowMs: number;
}

/** Requests at a fixed rate, whatever becomes of them. */
export interface RequestShape {
  readonly requestsPerSecond: number;
  readonly connections: number;
  readonly settleMs: number;
  readonly windowMs: number;
}

export interface Plan {
  readonly isQuick: boolean;
  /** Played like the others and not counted: compiled code, open connections, filled caches. */
  readonly warmUpRounds: number;
  /** Even, so that each order of nginx and gateway comes as often as the other. */
  readonly rounds: number;
  readonly streams: StreamShape;
  readonly requests: RequestShape;
  /** Of the planned load, what must have come for the run to be valid: events that wait come in bunches. */
  readonly loadShareMin: number;
}

/** A pace of 50 events a second is that of a fast model; 100 streams leave nginx 93 % idle. */
const STREAMS = { streams: 100, gapMs: 20 } as const;

/** Low enough to leave a gateway that needs 1 ms per request two thirds of its core. */
const REQUESTS = { requestsPerSecond: 300, connections: 32 } as const;

export const FULL_PLAN: Plan = {
  isQuick: false,
  warmUpRounds: 1,
  rounds: 4,
  streams: { ...STREAMS, settleMs: 500, windowMs: 4_500 },
  requests: { ...REQUESTS, settleMs: 500, windowMs: 4_000 },
  loadShareMin: 0.95,
};

export const QUICK_PLAN: Plan = {
  isQuick: true,
  warmUpRounds: 0,
  rounds: 1,
  streams: { ...STREAMS, settleMs: 300, windowMs: 2_000 },
  requests: { ...REQUESTS, settleMs: 300, windowMs: 1_500 },
  loadShareMin: 0.5,
};

/**
 * ms between the starts of two streams. A quarter of the pace and a bit: the streams' phases then
 * cover the pace evenly, so that events do not come in bursts of a hundred.
 */
export function startStepMs({ streams, gapMs }: StreamShape): number {
  return gapMs / 4 + gapMs / streams;
}

/** Tokens that keep every stream running until the window has closed, the first one's included. */
export function tokensPerStream(shape: StreamShape): number {
  const runMs = startStepMs(shape) * shape.streams + shape.settleMs + shape.windowMs;
  /** For timers that come late. */
  const spareMs = 200;
  return Math.ceil((runMs + spareMs) / shape.gapMs);
}
