/**
 * What the operator does with keys. The key itself never gets here: only its hash and its hint.
 */
export interface KeyAdministration {
  /** Makes the organisation and the workspace too, where there are none of that name yet. */
  createKey(newKey: NewKey): Promise<CreatedKey>;
  /** The newest first. */
  listKeys(filter: KeyFilter): Promise<KeyList>;
  /**
   * For good. A key that was revoked before stays as it was.
   *
   * @returns `undefined` when there is no such key.
   */
  revokeKey(keyId: string): Promise<RevokedKey | undefined>;
}

export interface NewKey {
  readonly organization: string;
  readonly workspace: string;
  readonly name: string;
  /** SHA-256 of the whole key, 64 lower-case hexadecimal digits. */
  readonly keyHash: string;
  /** What lists may show of the key. */
  readonly keyHint: string;
  /** Milliseconds since 1970; left out, the key does not expire. */
  readonly expiresAtMs?: number | undefined;
}

export interface CreatedKey {
  readonly keyId: string;
  readonly workspaceId: string;
  readonly organizationId: string;
}

/** Names; what is left out does not matter. */
export interface KeyFilter {
  readonly organization?: string | undefined;
  readonly workspace?: string | undefined;
}

export interface KeyList {
  readonly keys: readonly ListedKey[];
  /** False when there are more: ask for one organisation or workspace. */
  readonly isComplete: boolean;
}

export interface ListedKey {
  readonly keyId: string;
  readonly organization: string;
  readonly workspace: string;
  readonly name: string;
  readonly keyHint: string;
  /** This and the next two: milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
  readonly expiresAtMs: number | null;
}

export interface RevokedKey {
  readonly keyId: string;
  readonly revokedAtMs: number;
}
