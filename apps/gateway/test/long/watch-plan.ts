/** What is watched while a flood comes. All times are on the clock of `nowMs`. */
export interface WatchPlan {
  readonly port: number;
  readonly adminPort: number;
  /** A client that asks at a steady rate. */
  readonly steady: Watched;
  /** Another one, whose key will be revoked. */
  readonly revocable: Watched;
  /** Streams of somebody else that run all the time. */
  readonly streams: Watched;
  readonly streamCount: number;
}

interface Watched {
  readonly key: string;
  readonly model: string;
}

export interface WatchedRequest {
  readonly dueMs: number;
  /** `undefined`: the connection was lost, or nothing had come by the end. */
  readonly status?: number;
  readonly endedMs?: number;
}

export interface WatchResult {
  readonly steady: readonly WatchedRequest[];
  readonly revocable: readonly WatchedRequest[];
  /** Of `/readyz`, each on a connection of its own and given up after 2 s. */
  readonly probes: readonly WatchedRequest[];
  /** Why streams have ended that should be running. */
  readonly cutStreams: readonly string[];
}

export interface WatchProgram {
  readonly plan: WatchPlan;
  readonly ready: undefined;
  readonly result: WatchResult;
}
