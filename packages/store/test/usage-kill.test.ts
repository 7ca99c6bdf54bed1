import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../src/open-store.ts";
import { usageRecords } from "./usage-record.ts";

const PROGRAM = fileURLToPath(new URL("programs/record-usage.ts", import.meta.url));

/** Runs the program until it has said that often what is safe, and kills it at once. */
async function runUntilKilled(url: string, lines: number): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, url], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  let safe = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    safe = Number(line);
    if (--lines === 0) break;
  }
  child.kill("SIGKILL");
  expect(await exited).toEqual([null, "SIGKILL"]);
  return safe;
}

function readIds(path: string): unknown[] {
  const database = new DatabaseSync(path);
  const rows = database.prepare("select id from usage_records order by rowid").all();
  database.close();
  return rows.map(({ id }) => id);
}

test("what was flushed survives a kill, nothing is doubled, and the rest follows in order", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "store.db");
  const url = `sqlite:${path}`;
  for (const lines of [1, 2, 5]) {
    const safe = await runUntilKilled(url, lines);
    const ids = readIds(path);
    expect(ids.length).toBeGreaterThanOrEqual(safe);
    expect(ids).toEqual(usageRecords(ids.length).map(({ id }) => id));
  }
  // Whoever replays everything adds only what is missing.
  const count = readIds(path).length;
  const store = await openStore(url);
  for (const record of usageRecords(count + 10)) store.usage.record(record);
  await store.close();
  expect(readIds(path)).toEqual(usageRecords(count + 10).map(({ id }) => id));
});
