import { CompiledQuery } from "kysely";
import type { Kysely } from "kysely";
import type { UsageFilter, UsageList, UsageReports } from "../usage-reports.ts";
import type { StoreTables } from "./store-tables.ts";
import { USAGE_COLUMNS, toUsageRecord } from "./usage-records-table.ts";
import type { UsageRowText } from "./usage-records-table.ts";

/** About half a megabyte, read in a few milliseconds: key look-ups wait for as long. */
export const USAGE_LISTED_MAX = 1_000;

/** Writes all of the rows or none. A row that is there already stays as it is. */
export type InsertUsage = (rows: readonly UsageRowText[]) => Promise<void>;

/** How rows are handed to `INSERT_USAGE`. */
export function toUsageParameter(rows: readonly UsageRowText[]): string {
  return `[${rows.join(",")}]`;
}

/**
 * One statement for any number of rows, which are its one parameter. One statement is a transaction of
 * its own, without a begin and a commit that would go to the database and back.
 *
 * With a parameter for each value, 1,000 rows cost the calling thread 4 to 6 ms, as text 1 ms, and SQLite
 * 10 ms either way. There would also be as many statements as there are sizes of batches, the largest of
 * 66 KB. Each row is made binary once (`materialized`): otherwise its text is read again for each column,
 * which doubles the time.
 */
export const INSERT_USAGE: string = [
  "with batch (record) as materialized (select jsonb(value) from json_each(?))",
  `insert into usage_records (${USAGE_COLUMNS.join(", ")})`,
  `select ${USAGE_COLUMNS.map((_, index) => `json_extract(record, '$[${index}]')`).join(", ")}`,
  // Without a `where`, SQLite takes the `on` for that of a join.
  "from batch where true on conflict (id) do nothing",
].join("\n");

/** Over the connection that everything else uses. */
export async function insertUsage(
  db: Kysely<StoreTables>,
  rows: readonly UsageRowText[],
): Promise<void> {
  await db.executeQuery(CompiledQuery.raw(INSERT_USAGE, [toUsageParameter(rows)]));
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
