/**
 * Why a new request is refused while the gateway has enough to do, as metric label: `connections` (clients'),
 * `held_bytes` (bodies and answers in memory), `loop_delay` (the processor), `open_requests`, `usage_records`
 * (that wait for the store).
 */
export const SHED_REASONS = [
  "connections",
  "held_bytes",
  "loop_delay",
  "open_requests",
  "usage_records",
] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

/** Port: told of every request that is refused for one of them. Synchronous; must not throw. */
export interface ShedObserver {
  requestShed(reason: ShedReason): void;
}
