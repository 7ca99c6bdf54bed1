import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { Migration } from "kysely/migration";
import { StoreError } from "../store-error.ts";
import { organizationsAndKeys } from "./migrations/0001-organizations-and-keys.ts";
import { usageRecords } from "./migrations/0002-usage-records.ts";
import { usageCost } from "./migrations/0003-usage-cost.ts";
import { storeChecks } from "./migrations/0004-store-checks.ts";
import type { StoreTables } from "./store-tables.ts";

/**
 * In order of name. A migration that has been released never changes, and there is no way back: an
 * older release refuses a database that a newer one has migrated.
 */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-organizations-and-keys": organizationsAndKeys,
  "0002-usage-records": usageRecords,
  "0003-usage-cost": usageCost,
  "0004-store-checks": storeChecks,
};

/** Brings the tables up to date, or changes nothing. Any number of processes may do it at once. */
export async function migrate(db: Kysely<StoreTables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw error instanceof Error ? error : new StoreError("the migrations failed", { cause: error });
}
