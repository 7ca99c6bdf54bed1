/**
 * Opens the store at `argv[2]` and records for as long as it lives, 250 records at a time. It writes the
 * number of records that are safe, one line each time that it grows.
 */
import { openStore } from "../../src/open-store.ts";
import { usageRecords } from "../usage-record.ts";

const RECORDS = 250;

const store = await openStore(process.argv[2] ?? "");
for (let safe = 0; ;) {
  for (const record of usageRecords(RECORDS, safe)) store.usage.record(record);
  await store.usage.flush();
  safe += RECORDS;
  process.stdout.write(`${safe}\n`);
}
