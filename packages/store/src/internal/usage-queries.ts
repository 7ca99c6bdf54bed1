import { CompiledQuery } from "kysely";
import type { Kysely } from "kysely";
import type { UsageFilter, UsageList, UsageReports } from "../usage-reports.ts";
import type { StoreTables } from "./store-tables.ts";
import { toUsageRecord } from "./usage-records-table.ts";
import type { UsageRow } from "./usage-records-table.ts";

/** About half a megabyte, read in a few milliseconds: key look-ups wait for as long. */
export const USAGE_LISTED_MAX = 1_000;

/** Writes all of the rows or none. A row that is there already stays as it is. */
export type InsertUsage = (rows: readonly UsageRow[]) => Promise<void>;

/**
 * The statement is built once for each number of rows and kept, at most a few kilobytes for each size of
 * batch: building it takes longer than all else that a batch costs the calling thread.
 *
 * One statement is a transaction of its own, without a begin and a commit that would go to the database and back.
 */
export function createInsertUsage(db: Kysely<StoreTables>): InsertUsage {
  const statements = new Map<number, string>();

  function findStatement(rows: readonly UsageRow[]): string {
    const known = statements.get(rows.length);
    if (known !== undefined) return known;
    const insert = db.insertInto("usage_records").values(rows);
    const { sql } = insert.onConflict((conflict) => conflict.column("id").doNothing()).compile();
    statements.set(rows.length, sql);
    return sql;
  }

  return async (rows) => {
    const parameters = rows.flatMap((row): readonly unknown[] => Object.values(row));
    const statement = CompiledQuery.raw(findStatement(rows), parameters);
    await db.executeQuery(statement);
  };
}

export function createUsageReports(db: Kysely<StoreTables>): UsageReports {
  return { listUsage: (filter) => listUsage(db, filter) };
}

async function listUsage(
  db: Kysely<StoreTables>,
  { organizationId, sinceEpochMs, limit = USAGE_LISTED_MAX }: UsageFilter,
): Promise<UsageList> {
  const listedMax = Math.min(limit, USAGE_LISTED_MAX);
  const rows = await db
    .selectFrom("usage_records")
    .selectAll()
    .$if(organizationId !== undefined, (query) =>
      query.where("organization_id", "=", organizationId ?? ""),
    )
    .$if(sinceEpochMs !== undefined, (query) =>
      query.where("started_at_ms", ">=", sinceEpochMs ?? 0),
    )
    .orderBy("started_at_ms", "desc")
    .orderBy("id", "desc")
    .limit(listedMax + 1)
    .execute();
  return {
    records: rows.slice(0, listedMax).map(toUsageRecord),
    isComplete: rows.length <= listedMax,
  };
}
