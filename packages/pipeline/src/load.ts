/**
 * What the gateway must not have too much of, because all its clients share it. A new bound is a new member
 * and a new row.
 */
import type { ShedReason } from "@slipstream/contracts/load-shedding";

/** What there is of each at the moment, or what there may be. */
export interface Load {
  readonly openRequests: number;
  /** Bytes of request bodies, and of answers that wait for clients. */
  readonly heldBytes: number;
  /** How late the event loop is, ms; see `LoopDelay`. */
  readonly loopDelayMs: number;
  /** Usage records that are not in the store yet. */
  readonly usageRecordsWaiting: number;
}

interface Bound {
  readonly of: keyof Load;
  /** Why a request is refused when there is too much of it. */
  readonly reason: ShedReason;
}

const BOUNDS: readonly Bound[] = [
  { of: "openRequests", reason: "open_requests" },
  { of: "heldBytes", reason: "held_bytes" },
  { of: "loopDelayMs", reason: "loop_delay" },
  { of: "usageRecordsWaiting", reason: "usage_records" },
];

export type UsedParts = ReadonlyMap<ShedReason, number>;

/** @returns why there is no room for one more request; `undefined` when there is. */
export function findExcess(load: Load, limits: Load): ShedReason | undefined {
  return BOUNDS.find(({ of }) => load[of] >= limits[of])?.reason;
}

/** @returns of each limit the part that is in use. */
export function toUsedParts(load: Load, limits: Load): UsedParts {
  return new Map(BOUNDS.map(({ of, reason }) => [reason, load[of] / limits[of]]));
}
