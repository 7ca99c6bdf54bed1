import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteDatabase } from "./sqlite-database.ts";

/** Starts to write to the new file, and lets go of it 50 ms after it is told to. */
const WRITER = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(workerData.path);
  database.exec("begin immediate");
  const signal = new Int32Array(workerData.signal);
  parentPort.postMessage("writing");
  Atomics.wait(signal, 0, 0);
  Atomics.wait(signal, 0, 1, 50);
  database.exec("commit");
  database.close();
`;

test("a new file that someone else is writing to is waited for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "store.db");
  const signal = new SharedArrayBuffer(4);
  const writer = new Worker(WRITER, { eval: true, workerData: { path, signal } });
  await once(writer, "message");
  const ended = once(writer, "exit");
  Atomics.store(new Int32Array(signal), 0, 1);
  Atomics.notify(new Int32Array(signal), 0);

  const database = openSqliteDatabase(path);
  expect(database.prepare("pragma journal_mode").get()).toEqual({ journal_mode: "wal" });
  // 2 is full: what was committed survives a loss of power.
  expect(database.prepare("pragma synchronous").get()).toEqual({ synchronous: 2 });
  expect(database.prepare("pragma foreign_keys").get()).toEqual({ foreign_keys: 1 });
  database.close();
  await ended;
});
