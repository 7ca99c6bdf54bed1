import { randomUUID } from "node:crypto";
import type { Kysely, Transaction } from "kysely";
import type {
  CreatedKey,
  KeyAdministration,
  KeyFilter,
  KeyList,
  NewKey,
  RevokedKey,
} from "../key-administration.ts";
import { recordKeyChange } from "./key-changes.ts";
import type { StoreTables } from "./store-tables.ts";

/** More than anyone reads at once, and less than 1 MB. */
export const KEYS_LISTED_MAX = 1_000;

export function createKeyAdministration(
  db: Kysely<StoreTables>,
  nowEpochMs: () => number,
): KeyAdministration {
  return {
    createKey: (newKey) =>
      db.transaction().execute((transaction) => createKey(transaction, newKey, nowEpochMs())),
    listKeys: (filter) => listKeys(db, filter),
    revokeKey: (keyId) =>
      db.transaction().execute((transaction) => revokeKey(transaction, keyId, nowEpochMs())),
  };
}

async function createKey(
  transaction: Transaction<StoreTables>,
  newKey: NewKey,
  nowEpochMs: number,
): Promise<CreatedKey> {
  const organizationId = await ensureOrganization(transaction, newKey.organization, nowEpochMs);
  const workspaceId = await ensureWorkspace(
    transaction,
    { organizationId, name: newKey.workspace },
    nowEpochMs,
  );
  const keyId = `key_${randomUUID()}`;
  await transaction
    .insertInto("api_keys")
    .values({
      id: keyId,
      workspace_id: workspaceId,
      name: newKey.name,
      key_hash: newKey.keyHash,
      key_hint: newKey.keyHint,
      created_at_ms: nowEpochMs,
      expires_at_ms: newKey.expiresAtMs ?? null,
    })
    .execute();
  // Gateways may remember that there is no such key.
  await recordKeyChange(transaction, { keyHash: newKey.keyHash, type: "created" }, nowEpochMs);
  return { keyId, workspaceId, organizationId };
}

async function ensureOrganization(
  transaction: Transaction<StoreTables>,
  name: string,
  nowEpochMs: number,
): Promise<string> {
  await transaction
    .insertInto("organizations")
    .values({ id: `org_${randomUUID()}`, name, created_at_ms: nowEpochMs })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  const { id } = await transaction
    .selectFrom("organizations")
    .select("id")
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return id;
}

async function ensureWorkspace(
  transaction: Transaction<StoreTables>,
  { organizationId, name }: { readonly organizationId: string; readonly name: string },
  nowEpochMs: number,
): Promise<string> {
  await transaction
    .insertInto("workspaces")
    .values({
      id: `ws_${randomUUID()}`,
      organization_id: organizationId,
      name,
      created_at_ms: nowEpochMs,
    })
    .onConflict((conflict) => conflict.columns(["organization_id", "name"]).doNothing())
    .execute();
  const { id } = await transaction
    .selectFrom("workspaces")
    .select("id")
    .where("organization_id", "=", organizationId)
    .where("name", "=", name)
    .executeTakeFirstOrThrow();
  return id;
}

async function listKeys(
  db: Kysely<StoreTables>,
  { organization, workspace }: KeyFilter,
): Promise<KeyList> {
  const keys = await db
    .selectFrom("api_keys as key")
    .innerJoin("workspaces as workspace", "workspace.id", "key.workspace_id")
    .innerJoin("organizations as organization", "organization.id", "workspace.organization_id")
    .select([
      "key.id as keyId",
      "organization.name as organization",
      "workspace.name as workspace",
      "key.name as name",
      "key.key_hint as keyHint",
      "key.created_at_ms as createdAtMs",
      "key.revoked_at_ms as revokedAtMs",
      "key.expires_at_ms as expiresAtMs",
    ])
    .$if(organization !== undefined, (query) =>
      query.where("organization.name", "=", organization ?? ""),
    )
    .$if(workspace !== undefined, (query) => query.where("workspace.name", "=", workspace ?? ""))
    .orderBy("key.created_at_ms", "desc")
    .orderBy("key.id")
    .limit(KEYS_LISTED_MAX + 1)
    .execute();
  return { keys: keys.slice(0, KEYS_LISTED_MAX), isComplete: keys.length <= KEYS_LISTED_MAX };
}

async function revokeKey(
  transaction: Transaction<StoreTables>,
  keyId: string,
  nowEpochMs: number,
): Promise<RevokedKey | undefined> {
  const revoked = await transaction
    .updateTable("api_keys")
    .set({ revoked_at_ms: nowEpochMs })
    .where("id", "=", keyId)
    .where("revoked_at_ms", "is", null)
    .returning("key_hash")
    .executeTakeFirst();
  if (revoked !== undefined) {
    await recordKeyChange(
      transaction,
      { keyHash: revoked.key_hash, type: "withdrawn" },
      nowEpochMs,
    );
    return { keyId, revokedAtMs: nowEpochMs };
  }
  return await transaction
    .selectFrom("api_keys")
    .select(["id as keyId", "revoked_at_ms as revokedAtMs"])
    .where("id", "=", keyId)
    .$narrowType<{ revokedAtMs: number }>()
    .executeTakeFirst();
}
