/**
 * Whether new requests should come here, and what is wrong.
 *
 * A gateway is taken out of the load balancer only for what another one would do better. Most troubles of
 * a store are those of every gateway that uses it: if all of them left at once, keys that they still know
 * and records that still have room would be refused too.
 * See docs/decisions/2026-11-25-readiness-and-the-store.md.
 */
import { PRESENT_STALE_MS } from "@slipstream/auth/key-cache";
import { STORE_CHECKS } from "@slipstream/contracts/store-health";
import type {
  StoreCheckName,
  StoreCheckState,
  StoreHealth,
} from "@slipstream/contracts/store-health";

/** How long keys are served that are known, ms. From then on more and more requests are refused. */
export const READ_FAILING_MS_MAX: number = PRESENT_STALE_MS;
/** Half of what there is room for: what is under way must still find some, and more is lost by a crash. */
export const RECORDS_WAITING_MAX = 50_000;

export interface ReadinessFacts {
  readonly isDraining: boolean;
  readonly store: StoreHealth;
  readonly usageRecordsWaiting: number;
  /** On the clock that the store was given. */
  readonly nowMs: number;
}

export interface Readiness {
  readonly isReady: boolean;
  /** In words for an operator, also of a gateway that is ready. No paths, no secrets. */
  readonly problems: readonly string[];
}

const WORDS: Readonly<Record<StoreCheckName, string>> = {
  file: "store: its file is not where it was",
  read: "store: cannot be read",
  write: "store: cannot be written",
  records: "store: usage records cannot be written",
};

export function judgeReadiness(facts: ReadinessFacts): Readiness {
  const failing = STORE_CHECKS.filter((check) => facts.store[check].type !== "passing");
  const problems = failing.map((check) => WORDS[check]);
  if (facts.isDraining) problems.unshift("draining");
  return { isReady: !facts.isDraining && canServe(facts), problems };
}

function canServe({ store, usageRecordsWaiting, nowMs }: ReadinessFacts): boolean {
  const { read, write, records } = store;
  if (STORE_CHECKS.some((check) => store[check].type === "lost")) return false;
  if (hasFailedFor(read, nowMs, READ_FAILING_MS_MAX)) return false;
  const isWritten = write.type === "passing" && records.type === "passing";
  return isWritten || usageRecordsWaiting < RECORDS_WAITING_MAX;
}

function hasFailedFor(state: StoreCheckState, nowMs: number, durationMs: number): boolean {
  return state.type === "failing" && nowMs - state.sinceMs >= durationMs;
}
