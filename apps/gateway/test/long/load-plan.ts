/** What a load is to be, and what it has seen. */

export interface LoadPlan {
  readonly port: number;
  readonly key: string;
  readonly model: string;
  readonly firstNumber: number;
  readonly shape: ClosedLoop | OpenLoop;
}

/** Until it is stopped. A connection that is lost is opened again, also where nobody listens for a while. */
interface ClosedLoop {
  readonly type: "closed";
  readonly clients: number;
}

/** Until it is stopped. What finds all connections busy is not sent, and counted. */
export interface OpenLoop {
  readonly type: "open";
  readonly requestsPerSecond: number;
  readonly connectionsMax: number;
}

/** `shed`: refused as the gateway is to refuse what it cannot take. `lost`: no whole answer came. */
export const FATES = ["unsent", "unanswered", "complete", "shed", "other", "lost"] as const;
export type Fate = (typeof FATES)[number];

export interface LoadResult {
  readonly firstNumber: number;
  /** Index in `FATES` by number. */
  readonly fates: Uint8Array;
  /** When the answer was whole, on the clock of `nowMs`. */
  readonly endedAtMs: Float64Array;
  readonly counts: Readonly<Record<Fate, number>>;
  /** Complete answers in each whole second since the start. */
  readonly completePerSecond: readonly number[];
  /** Requests that were due in the same. */
  readonly sentPerSecond: readonly number[];
  /** Of an open loop: arrivals that found every connection busy. */
  readonly notSent: number;
  /** Status and code of what is `other`. */
  readonly others: Readonly<Record<string, number>>;
}

export interface LoadProgram {
  readonly plan: LoadPlan;
  readonly ready: undefined;
  readonly result: LoadResult;
}
