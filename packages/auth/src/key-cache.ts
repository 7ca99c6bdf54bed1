/**
 * What the store said about keys a moment ago, by the hash of the whole key.
 *
 * Keys that exist and keys that do not are kept apart, so that a flood of invented ones cannot
 * push a real one out.
 */
import type { Clock } from "@slipstream/contracts/clock";
import type { Principal } from "@slipstream/contracts/principal";
import { LRUCache } from "lru-cache";

/** A few megabytes; with more active keys than this, the rarest cost a look-up each time. */
const PRESENT_KEYS_MAX = 10_000;
const ABSENT_KEYS_MAX = 10_000;

/**
 * How long an answer is used without asking; a key that expires meanwhile is used that much longer.
 * Revocation does not wait for it: see key-change-feed.
 */
export const PRESENT_FRESH_MS = 30_000;
/** Short, because a key may be created right after it was refused. */
export const ABSENT_FRESH_MS = 10_000;
/** How much longer an answer may serve while the store is down: enough for it to restart. */
export const PRESENT_STALE_MS = 60_000;

/** Entries also go because they are replaced or deleted. */
function toListener(evicted: () => void) {
  return (_value: unknown, _key: string, reason: LRUCache.DisposeReason): void => {
    if (reason === "evict") evicted();
  };
}

interface PresentKey {
  readonly principal: Principal;
  freshUntilMs: number;
}

export class KeyCache {
  readonly #clock: Clock;
  readonly #present: LRUCache<string, PresentKey>;
  /** Time until which each is taken to be absent. */
  readonly #absent: LRUCache<string, number>;

  /** @param evicted Told when an entry had to go for another. */
  constructor(clock: Clock, evicted: () => void) {
    this.#clock = clock;
    this.#present = new LRUCache<string, PresentKey>({
      max: PRESENT_KEYS_MAX,
      dispose: toListener(evicted),
    });
    this.#absent = new LRUCache<string, number>({
      max: ABSENT_KEYS_MAX,
      dispose: toListener(evicted),
    });
  }

  findFresh(keyHash: string): Principal | undefined {
    const known = this.#present.get(keyHash);
    if (known === undefined || this.#clock.nowMs() >= known.freshUntilMs) return undefined;
    return known.principal;
  }

  /** Also what is no longer fresh, but good enough for when the store cannot be asked. */
  findStale(keyHash: string): Principal | undefined {
    const known = this.#present.get(keyHash);
    if (known === undefined) return undefined;
    return this.#clock.nowMs() < known.freshUntilMs + PRESENT_STALE_MS
      ? known.principal
      : undefined;
  }

  /** Whether the key was known to exist when it was last asked for, however long ago. */
  isPresent(keyHash: string): boolean {
    return this.#present.has(keyHash);
  }

  isAbsent(keyHash: string): boolean {
    const untilMs = this.#absent.get(keyHash);
    return untilMs !== undefined && this.#clock.nowMs() < untilMs;
  }

  /** @param principal `undefined` when the store has no such key. */
  remember(keyHash: string, principal: Principal | undefined): void {
    this.forgetPresent(keyHash);
    this.forgetAbsent(keyHash);
    const nowMs = this.#clock.nowMs();
    if (principal === undefined) this.#absent.set(keyHash, nowMs + ABSENT_FRESH_MS);
    else this.#present.set(keyHash, { principal, freshUntilMs: nowMs + PRESENT_FRESH_MS });
  }

  forgetPresent(keyHash: string): void {
    this.#present.delete(keyHash);
  }

  forgetAbsent(keyHash: string): void {
    this.#absent.delete(keyHash);
  }

  /** Nothing is fresh any more. Keys that existed may still serve while the store is down. */
  doubtAll(): void {
    const nowMs = this.#clock.nowMs();
    for (const known of this.#present.values()) {
      known.freshUntilMs = Math.min(known.freshUntilMs, nowMs);
    }
    this.#absent.clear();
  }
}
