import type { Principal } from "./principal.ts";

/** Port: where keys are kept. Implemented over SQL; reached only when no cache knows the answer. */
export interface KeyStore {
  /**
   * @param keyHash SHA-256 of the whole key, 64 lower-case hexadecimal digits.
   * @returns `undefined` when there is no such key, or it is revoked, or its organisation or
   *   workspace is suspended.
   * @throws when the store cannot answer; that is never the same as "no such key".
   */
  findPrincipal(keyHash: string): Promise<Principal | undefined>;

  /**
   * Hashes of keys that were created or revoked, or whose owner changed, after `position`.
   * Polled by every gateway so that its caches forget them within a second.
   */
  readKeyChanges(position: number): Promise<KeyChanges>;
}

export interface KeyChanges {
  /** Where to read on from; grows with every change. */
  readonly position: number;
  readonly keyHashes: readonly string[];
}
