import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const organizationsAndKeys: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createOwners(db);
    await createKeys(db);
    await createKeyChanges(db);
  },
};

async function createOwners(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("organizations")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("name", "text", (column) => column.notNull().unique())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("suspended_at_ms", "bigint")
    .execute();
  await db.schema
    .createTable("workspaces")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("organization_id", "text", (column) =>
      column.notNull().references("organizations.id"),
    )
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("suspended_at_ms", "bigint")
    .addUniqueConstraint("workspaces_organization_id_name_unique", ["organization_id", "name"])
    .execute();
}

async function createKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("api_keys")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("workspace_id", "text", (column) => column.notNull().references("workspaces.id"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("key_hash", "text", (column) => column.notNull().unique())
    .addColumn("key_hint", "text", (column) => column.notNull())
    .addColumn("created_at_ms", "bigint", (column) => column.notNull())
    .addColumn("revoked_at_ms", "bigint")
    .addColumn("expires_at_ms", "bigint")
    .execute();
  await db.schema
    .createIndex("api_keys_workspace_id")
    .on("api_keys")
    .column("workspace_id")
    .execute();
}

async function createKeyChanges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("key_changes")
    .addColumn("position", "bigint", (column) => column.primaryKey().notNull())
    .addColumn("key_hash", "text", (column) => column.notNull())
    .addColumn("type", "text", (column) => column.notNull())
    .addColumn("changed_at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("key_changes_changed_at_ms")
    .on("key_changes")
    .column("changed_at_ms")
    .execute();
  await db.schema
    .createTable("key_change_head")
    .addColumn("position", "bigint", (column) => column.notNull())
    .execute();
  await sql`insert into key_change_head (position) values (0)`.execute(db);
}
