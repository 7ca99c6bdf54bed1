import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "./open-store.ts";
import { StoreError } from "./store-error.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const KEY = {
  organization: "acme",
  workspace: "main",
  name: "ci",
  keyHash: "a1",
  keyHint: "sk-…1",
};

test("the file, its folder and what SQLite puts beside it are the owner's alone", async () => {
  const folder = join(temporaryFolder(), "made", "here");
  const store = await openStore(`sqlite:${join(folder, "store.db")}`);
  await store.keyAdministration.createKey(KEY);
  const modes = ["", ...readdirSync(folder)].map(
    (name) => statSync(join(folder, name)).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
  await store.close();
  expect(readdirSync(folder)).toEqual(["store.db"]);
});

test("what was written is there after reopening", async () => {
  const url = `sqlite:${join(temporaryFolder(), "store.db")}`;
  const first = await openStore(url);
  const { keyId } = await first.keyAdministration.createKey(KEY);
  await first.close();
  const second = await openStore(url);
  expect(await second.keys.findPrincipal("a1")).toMatchObject({ keyId });
  await second.close();
});

test("a closed store says so, and may be closed again", async () => {
  const store = await openStore("sqlite::memory:");
  await store.keys.readKeyChanges(0);
  const answer = store.keys.findPrincipal("a1");
  await Promise.all([store.close(), store.close()]);
  expect(await answer).toBe(undefined);
  await expect(store.keys.readKeyChanges(0)).rejects.toThrow("destroyed");
});

test("closing finishes a write that waits for somebody else's", async () => {
  const path = join(temporaryFolder(), "store.db");
  const store = await openStore(`sqlite:${path}`);
  const other = new DatabaseSync(path);
  other.exec("begin immediate");
  const created = store.keyAdministration.createKey(KEY);
  // Behind the first attempt to begin.
  await store.keys.readKeyChanges(0);
  const closed = store.close();
  other.exec("commit");
  const { keyId } = await created;
  await closed;
  expect(other.prepare("select id from api_keys").all()).toEqual([{ id: keyId }]);
  other.close();
});

test("a file that is no database is left as it is", async () => {
  const path = join(temporaryFolder(), "notes.txt");
  writeFileSync(path, "remember the milk".repeat(100));
  await expect(openStore(`sqlite:${path}`)).rejects.toThrow(
    new StoreError(`The database ${path} cannot be opened: SQLite: file is not a database`),
  );
  expect(statSync(path).size).toBe(1_700);
});

test("a database that a newer release has migrated is refused", async () => {
  const path = join(temporaryFolder(), "store.db");
  await (await openStore(`sqlite:${path}`)).close();
  const database = new DatabaseSync(path);
  database.exec("insert into kysely_migration values ('9999-later', '2999-01-01T00:00:00.000Z')");
  database.close();
  await expect(openStore(`sqlite:${path}`)).rejects.toThrow("9999-later is missing");
});
