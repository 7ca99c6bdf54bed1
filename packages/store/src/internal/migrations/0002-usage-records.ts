import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * No reference to keys and organisations: usage stays when they go, and a record must never be refused.
 */
export const usageRecords: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await createUsageRecords(db);
    await db.schema
      .createIndex("usage_records_organization_id_started_at_ms")
      .on("usage_records")
      .columns(["organization_id", "started_at_ms"])
      .execute();
    await db.schema
      .createIndex("usage_records_started_at_ms")
      .on("usage_records")
      .column("started_at_ms")
      .execute();
  },
};

async function createUsageRecords(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("usage_records")
    .addColumn("id", "text", (column) => column.primaryKey().notNull())
    .addColumn("request_id", "text", (column) => column.notNull())
    .addColumn("key_id", "text", (column) => column.notNull())
    .addColumn("workspace_id", "text", (column) => column.notNull())
    .addColumn("organization_id", "text", (column) => column.notNull())
    .addColumn("model", "text")
    .addColumn("provider", "text")
    .addColumn("deployment_id", "text")
    .addColumn("endpoint", "text", (column) => column.notNull())
    .addColumn("operation", "text", (column) => column.notNull())
    .addColumn("started_at_ms", "bigint", (column) => column.notNull())
    .addColumn("duration_ms", "bigint", (column) => column.notNull())
    .addColumn("first_chunk_ms", "bigint")
    .addColumn("outcome", "text", (column) => column.notNull())
    .addColumn("is_stream", "integer", (column) => column.notNull())
    .addColumn("input_tokens", "bigint")
    .addColumn("cached_input_tokens", "bigint")
    .addColumn("output_tokens", "bigint")
    .addColumn("reasoning_tokens", "bigint")
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("is_suspect", "integer", (column) => column.notNull())
    .execute();
}
