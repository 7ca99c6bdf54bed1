/**
 * The record of keys that changed, from which every gateway learns what its caches must forget.
 */
import type { KeyChange, KeyChanges } from "@slipstream/contracts/key-store";
import type { Kysely, Transaction } from "kysely";
import type { StoreTables } from "./store-tables.ts";

/** Gateways poll every half second and keep an answer for at most a minute and a half. */
const KEPT_MS = 3_600_000;
/** As many keys as a gateway caches: a longer list would tell it to forget all it knows. */
export const KEY_CHANGES_READ_MAX = 10_000;

/** To be called in the transaction that makes the change. */
export async function recordKeyChange(
  transaction: Transaction<StoreTables>,
  { keyHash, type }: KeyChange,
  nowEpochMs: number,
): Promise<void> {
  const { position } = await transaction
    .updateTable("key_change_head")
    .set((column) => ({ position: column("position", "+", 1) }))
    .returning("position")
    .executeTakeFirstOrThrow();
  await transaction
    .insertInto("key_changes")
    .values({ position, key_hash: keyHash, type, changed_at_ms: nowEpochMs })
    .execute();
  await transaction
    .deleteFrom("key_changes")
    .where("changed_at_ms", "<", nowEpochMs - KEPT_MS)
    .execute();
}

/**
 * Changes after `position`. When some of them are not kept any more, or there are too many, fewer
 * are returned than the position has moved.
 */
export async function readKeyChanges(
  db: Kysely<StoreTables>,
  position: number,
): Promise<KeyChanges> {
  const rows = await db
    .selectFrom("key_change_head as head")
    .leftJoin("key_changes as change", (join) => join.on("change.position", ">", position))
    .select(["head.position as headPosition", "change.key_hash as keyHash", "change.type"])
    .orderBy("change.position")
    .limit(KEY_CHANGES_READ_MAX + 1)
    .execute();
  const changes = rows.flatMap(({ keyHash, type }) =>
    keyHash === null || type === null ? [] : { keyHash, type },
  );
  return {
    position: rows[0]?.headPosition ?? 0,
    changes: changes.length > KEY_CHANGES_READ_MAX ? [] : changes,
  };
}
