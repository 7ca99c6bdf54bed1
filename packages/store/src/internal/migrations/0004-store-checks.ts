import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** One row, written every few seconds to see whether that is possible. */
export const storeChecks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("store_checks")
      .addColumn("id", "integer", (column) => column.primaryKey().notNull())
      .addColumn("written_at_ms", "bigint", (column) => column.notNull())
      .execute();
  },
};
