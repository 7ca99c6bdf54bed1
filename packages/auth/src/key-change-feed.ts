/**
 * Carries changes of keys from the store to the caches of this process.
 *
 * Polled every half second, it keeps the promise that a revoked key is refused everywhere within
 * one second. It owns no timer: the application calls `poll`.
 */
import type { KeyStore } from "@slipstream/contracts/key-store";
import type { Authenticator } from "./authenticator.ts";

/** Half of the promised second; the other half is for the poll itself. */
export const KEY_CHANGES_POLL_INTERVAL_MS = 500;

export interface KeyChangeFeedOptions {
  readonly keys: Pick<KeyStore, "readKeyChanges">;
  readonly authenticator: Pick<Authenticator, "learn" | "doubtAll">;
}

export class KeyChangeFeed {
  readonly #keys: Pick<KeyStore, "readKeyChanges">;
  readonly #authenticator: Pick<Authenticator, "learn" | "doubtAll">;
  /** Before the first change: what was cached before the first poll may have changed too. */
  #position = 0;
  #hasFailed = false;
  #poll: Promise<void> | undefined;

  constructor({ keys, authenticator }: KeyChangeFeedOptions) {
    this.#keys = keys;
    this.#authenticator = authenticator;
  }

  /**
   * Reads the changes since the last poll. While one is under way, another call joins it.
   *
   * @throws what the store threw; the next poll makes up for it.
   */
  poll(): Promise<void> {
    this.#poll ??= this.#read().finally(() => {
      this.#poll = undefined;
    });
    return this.#poll;
  }

  async #read(): Promise<void> {
    try {
      const { position, changes } = await this.#keys.readKeyChanges(this.#position);
      this.#authenticator.learn(changes);
      // Positions count changes, so a difference is a hole: changes that the store no longer holds,
      // or a store that was put back to an earlier state.
      const isWhole = position - this.#position === changes.length;
      // After an outage another store may answer, whose positions tell another story.
      if (!isWhole || this.#hasFailed) this.#authenticator.doubtAll();
      this.#position = position;
      this.#hasFailed = false;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }
}
