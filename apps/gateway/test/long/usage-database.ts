/** The database of usage records as anybody can read it, without the gateway's own code. */
import { DatabaseSync } from "node:sqlite";
import { toNumber } from "./numbered-requests.ts";

export interface UsageDatabase {
  /** By number; of requests with several records, the last one. */
  readonly outcomes: ReadonlyMap<number, string>;
  /** Requests that have more than one record. */
  readonly doubled: number;
  /** Records of requests without a number. */
  readonly others: number;
  /** `ok`, or what SQLite says is wrong. */
  readonly integrity: string;
}

export function readUsageDatabase(path: string): UsageDatabase {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const outcomes = new Map<number, string>();
    const doubled = new Set<number>();
    let others = 0;
    const query = "select request_id as id, outcome from usage_records";
    for (const row of database.prepare(query).iterate()) {
      const number = toNumber(String(row["id"]));
      if (number === undefined) {
        others++;
        continue;
      }
      if (outcomes.has(number)) doubled.add(number);
      outcomes.set(number, String(row["outcome"]));
    }
    const integrity = database.prepare("pragma integrity_check").get();
    return {
      outcomes,
      doubled: doubled.size,
      others,
      integrity: String(integrity?.["integrity_check"]),
    };
  } finally {
    database.close();
  }
}
