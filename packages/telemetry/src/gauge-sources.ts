import type { ShedReason } from "@slipstream/contracts/load-shedding";
import type { StoreCheckName } from "@slipstream/contracts/store-health";

/** What others know at the moment of a scrape. */
export interface GaugeSources {
  /** Of answers that wait for clients, bytes. */
  heldBytes(): number;
  /** The part of each limit that is in use. */
  limitsUsed(): ReadonlyMap<ShedReason, number>;
  /** Usage records that are not in the store yet. */
  usageRecordsWaiting(): number;
  storeCheckFails(check: StoreCheckName): boolean;
  /** Connections to clients and to upstreams. */
  clientSockets(): number;
  upstreamSockets(): number;
}
