import type { KeyStore } from "@slipstream/contracts/key-store";
import type { Principal } from "@slipstream/contracts/principal";
import type { Kysely } from "kysely";
import { readKeyChanges } from "./key-changes.ts";
import type { StoreTables } from "./store-tables.ts";

export function createKeyStore(db: Kysely<StoreTables>, nowEpochMs: () => number): KeyStore {
  return {
    findPrincipal: (keyHash) => findPrincipal(db, keyHash, nowEpochMs()),
    readKeyChanges: (position) => readKeyChanges(db, position),
  };
}

async function findPrincipal(
  db: Kysely<StoreTables>,
  keyHash: string,
  nowEpochMs: number,
): Promise<Principal | undefined> {
  return await db
    .selectFrom("api_keys as key")
    .innerJoin("workspaces as workspace", "workspace.id", "key.workspace_id")
    .innerJoin("organizations as organization", "organization.id", "workspace.organization_id")
    .select(["key.id as keyId", "workspace.id as workspaceId", "organization.id as organizationId"])
    .where("key.key_hash", "=", keyHash)
    .where("key.revoked_at_ms", "is", null)
    .where("workspace.suspended_at_ms", "is", null)
    .where("organization.suspended_at_ms", "is", null)
    .where((column) =>
      column.or([
        column("key.expires_at_ms", "is", null),
        column("key.expires_at_ms", ">", nowEpochMs),
      ]),
    )
    .executeTakeFirst();
}
