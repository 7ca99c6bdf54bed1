import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Records from before it have none. */
export const usageCost: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable("usage_records").addColumn("cost_nano_usd", "bigint").execute();
  },
};
