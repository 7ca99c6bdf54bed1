import type { Principal } from "./principal.ts";

/** Port: where keys are kept. Implemented over SQL; reached only when no cache knows the answer. */
export interface KeyStore {
  /**
   * @param keyHash SHA-256 of the whole key, 64 lower-case hexadecimal digits.
   * @returns `undefined` when there is no such key, or it is revoked, or its organisation or
   *   workspace is suspended.
   * @throws when the store cannot answer; that is never the same as "no such key".
   *
   * Any number may be asked at once without keeping the other questions to the store waiting; they take
   * memory only, which the caller bounds.
   */
  findPrincipal(keyHash: string): Promise<Principal | undefined>;

  /**
   * What has happened to keys after `position`. Polled by every gateway so that its caches know within
   * a second.
   *
   * Positions count changes. Fewer changes than the position has moved means that some are no longer
   * kept: everything that is cached is in doubt.
   */
  readKeyChanges(position: number): Promise<KeyChanges>;
}

export interface KeyChanges {
  /** Where to read on from; grows by one with every change. */
  readonly position: number;
  readonly changes: readonly KeyChange[];
}

export interface KeyChange {
  readonly keyHash: string;
  /** `created`: it may be known as absent; `withdrawn`: it may be known as present. */
  readonly type: KeyChangeType;
}

export type KeyChangeType = "created" | "withdrawn";
