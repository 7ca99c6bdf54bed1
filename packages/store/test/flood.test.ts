/**
 * Somebody asks for invented keys without an end: nobody else who needs the store may notice.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LOOK_UP_KEYS_MAX } from "../src/internal/batched-look-ups.ts";
import { openStore } from "../src/open-store.ts";
import type { Store } from "../src/open-store.ts";
import { usageRecord } from "./usage-record.ts";

/** More at once than the store has places in its line for the connection. */
const INVENTED_KEYS = 10_000;
/**
 * Statements of look-ups that may come first: the one under way, and one for each of the others who stand
 * in line, because look-ups go to its end after each statement.
 */
const STATEMENTS_BEFORE_MAX = 8;

async function openStoreOnFile(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  const store = await openStore(`sqlite:${join(folder, "store.db")}`);
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}

const newKey = (keyHash: string) => ({
  organization: "acme",
  workspace: "main",
  name: "ci",
  keyHash,
  keyHint: `sk-…${keyHash}`,
});

test("whoever else needs the store is served between two statements of a flood of look-ups", async () => {
  const store = await openStoreOnFile();
  const { keyId } = await store.keyAdministration.createKey(newKey("known"));
  // The thread that writes records is started by the first one.
  store.usage.record(usageRecord(0));
  await store.usage.flush();
  let answered = 0;
  const flood = Array.from({ length: INVENTED_KEYS }, async () => {
    const found = await store.keys.findPrincipal(randomBytes(32).toString("hex"));
    answered++;
    return found;
  });
  const answeredBefore = async (asked: Promise<unknown>) => {
    await asked;
    return answered;
  };
  store.usage.record(usageRecord(1));
  const others = await Promise.all([
    answeredBefore(store.keys.readKeyChanges(0)),
    answeredBefore(store.usage.flush()),
    answeredBefore(store.keyAdministration.revokeKey(keyId)),
  ]);
  expect(Math.max(...others)).toBeLessThan(STATEMENTS_BEFORE_MAX * LOOK_UP_KEYS_MAX);
  expect(new Set(await Promise.all(flood))).toEqual(new Set([undefined]));
});

test("keys that exist are found among invented ones", async () => {
  const store = await openStoreOnFile();
  const ids = await store.keyAdministration.createKey(newKey("known"));
  const flood = Array.from({ length: INVENTED_KEYS }, () =>
    store.keys.findPrincipal(randomBytes(32).toString("hex")),
  );
  const known = store.keys.findPrincipal("known");
  const created = await store.keyAdministration.createKey(newKey("new"));
  expect(await store.keys.findPrincipal("new")).toEqual(created);
  expect(await known).toEqual(ids);
  await Promise.all(flood);
});
