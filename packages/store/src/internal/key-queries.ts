import type { KeyStore } from "@slipstream/contracts/key-store";
import type { Principal } from "@slipstream/contracts/principal";
import type { CompiledQuery, Kysely } from "kysely";
import { BatchedLookUps, LOOK_UP_KEYS_MAX } from "./batched-look-ups.ts";
import { readKeyChanges } from "./key-changes.ts";
import type { StoreTables } from "./store-tables.ts";

/**
 * How many hashes the statements have room for. One that is not full repeats its last hash: a statement
 * for each number would be 200 texts, and each of them is kept.
 */
const STATEMENT_HASHES = [1, 20, LOOK_UP_KEYS_MAX] as const;

type FindPrincipals = (
  keyHashes: readonly string[],
  nowEpochMs: number,
) => Promise<ReadonlyMap<string, Principal>>;

export function createKeyStore(db: Kysely<StoreTables>, nowEpochMs: () => number): KeyStore {
  const findPrincipals = createFindPrincipals(db);
  const lookUps = new BatchedLookUps((keyHashes) => findPrincipals(keyHashes, nowEpochMs()));
  return {
    findPrincipal: (keyHash) => lookUps.find(keyHash),
    readKeyChanges: (position) => readKeyChanges(db, position),
  };
}

/** Each statement is built once: that takes several times as long as to look a key up. */
function createFindPrincipals(db: Kysely<StoreTables>): FindPrincipals {
  const statements = STATEMENT_HASHES.map((hashes) => ({
    hashes,
    statement: compileFindPrincipals(db, Array<string>(hashes).fill("")),
  }));
  return async (keyHashes, nowEpochMs) => {
    const fitting = statements.find(({ hashes }) => hashes >= keyHashes.length);
    if (fitting === undefined) throw new RangeError(`more than ${LOOK_UP_KEYS_MAX} keys at once`);
    const { hashes, statement } = fitting;
    const repeated = Array<string>(hashes - keyHashes.length).fill(keyHashes.at(-1) ?? "");
    const parameters = [...keyHashes, ...repeated, nowEpochMs];
    const { rows } = await db.executeQuery<PrincipalRow>({ ...statement, parameters });
    return new Map(rows.map(({ keyHash, ...principal }) => [keyHash, principal]));
  };
}

interface PrincipalRow extends Principal {
  readonly keyHash: string;
}

/** Its parameters are the hashes, then what time it is. */
function compileFindPrincipals(
  db: Kysely<StoreTables>,
  keyHashes: readonly string[],
): CompiledQuery<PrincipalRow> {
  const nowEpochMs = 0;
  return db
    .selectFrom("api_keys as key")
    .innerJoin("workspaces as workspace", "workspace.id", "key.workspace_id")
    .innerJoin("organizations as organization", "organization.id", "workspace.organization_id")
    .select([
      "key.key_hash as keyHash",
      "key.id as keyId",
      "workspace.id as workspaceId",
      "organization.id as organizationId",
    ])
    .where("key.key_hash", "in", keyHashes)
    .where("key.revoked_at_ms", "is", null)
    .where("workspace.suspended_at_ms", "is", null)
    .where("organization.suspended_at_ms", "is", null)
    .where((column) =>
      column.or([
        column("key.expires_at_ms", "is", null),
        column("key.expires_at_ms", ">", nowEpochMs),
      ]),
    )
    .compile();
}
