import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { KeyChange } from "@slipstream/contracts/key-store";
import { expect, onTestFinished, test } from "vitest";
import { KEY_CHANGES_READ_MAX } from "./internal/key-changes.ts";
import { KEYS_LISTED_MAX } from "./internal/key-administration-queries.ts";
import type { KeyFilter, NewKey } from "./key-administration.ts";
import { openStore } from "./open-store.ts";
import { StoreError } from "./store-error.ts";

const HOUR_MS = 3_600_000;

/** A store on a file, whose clock the test sets and which it may also change with plain SQL. */
async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  const path = join(folder, "store.db");
  const time = { nowEpochMs: 1_000_000_000_000 };
  const open = () => openStore(`sqlite:${path}`, { nowEpochMs: () => time.nowEpochMs });
  const store = await open();
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const execute = (sql: string) => {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  };
  return { keys: store.keys, administration: store.keyAdministration, open, time, execute };
}

const newKey = (keyHash: string, more: Partial<NewKey> = {}): NewKey => ({
  organization: "acme",
  workspace: "main",
  name: "ci",
  keyHash,
  keyHint: `sk-…${keyHash}`,
  ...more,
});

test("a key stands for its workspace and organisation", async () => {
  const { administration, keys } = await setUp();
  const ids = await administration.createKey(newKey("a"));
  expect(ids).toEqual({
    keyId: expect.stringMatching(/^key_[0-9a-f-]{36}$/),
    workspaceId: expect.stringMatching(/^ws_[0-9a-f-]{36}$/),
    organizationId: expect.stringMatching(/^org_[0-9a-f-]{36}$/),
  });
  expect(await keys.findPrincipal("a")).toEqual(ids);
  expect(await keys.findPrincipal("b")).toBe(undefined);
});

test.each([
  ["is revoked", "update api_keys set revoked_at_ms = 1"],
  ["belongs to a suspended workspace", "update workspaces set suspended_at_ms = 1"],
  ["belongs to a suspended organisation", "update organizations set suspended_at_ms = 1"],
])("a key that %s stands for nobody", async (_state, sql) => {
  const { administration, keys, execute } = await setUp();
  await administration.createKey(newKey("a"));
  execute(sql);
  expect(await keys.findPrincipal("a")).toBe(undefined);
});

test("a key expires at its time", async () => {
  const { administration, keys, time } = await setUp();
  await administration.createKey(newKey("a", { expiresAtMs: time.nowEpochMs + 10 }));
  time.nowEpochMs += 9;
  expect(await keys.findPrincipal("a")).not.toBe(undefined);
  time.nowEpochMs += 1;
  expect(await keys.findPrincipal("a")).toBe(undefined);
});

test("owners are made once and found by name, a workspace within its organisation", async () => {
  const { administration } = await setUp();
  const [a, b, c, d] = await Promise.all([
    administration.createKey(newKey("a")),
    administration.createKey(newKey("b")),
    administration.createKey(newKey("c", { workspace: "other" })),
    administration.createKey(newKey("d", { organization: "other" })),
  ]);
  expect(b).toMatchObject({ organizationId: a.organizationId, workspaceId: a.workspaceId });
  expect(c.organizationId).toBe(a.organizationId);
  expect(new Set([a, c, d].map(({ workspaceId }) => workspaceId)).size).toBe(3);
  expect(d.organizationId).not.toBe(a.organizationId);
});

function created(keyHash: string): KeyChange {
  return { keyHash, type: "created" };
}

function withdrawn(keyHash: string): KeyChange {
  return { keyHash, type: "withdrawn" };
}

test("a key that cannot be made leaves nothing behind", async () => {
  const { administration, keys } = await setUp();
  await administration.createKey(newKey("a"));
  const twice = administration.createKey(newKey("a", { organization: "other" }));
  await expect(twice).rejects.toThrow(StoreError);
  expect(await keys.readKeyChanges(0)).toEqual({ position: 1, changes: [created("a")] });
  await administration.createKey(newKey("b", { organization: "other" }));
  expect((await administration.listKeys({ organization: "other" })).keys).toHaveLength(1);
});

test("a list shows everything but the hash, the newest first", async () => {
  const { administration, time } = await setUp();
  const { keyId } = await administration.createKey(newKey("a", { expiresAtMs: 5 }));
  time.nowEpochMs += 1;
  await administration.createKey(newKey("b", { workspace: "other" }));
  await administration.createKey(newKey("c", { organization: "other" }));
  const { keys: listed, isComplete } = await administration.listKeys({});
  expect(isComplete).toBe(true);
  expect(listed).toHaveLength(3);
  expect(listed[2]).toEqual({
    keyId,
    organization: "acme",
    workspace: "main",
    name: "ci",
    keyHint: "sk-…a",
    createdAtMs: time.nowEpochMs - 1,
    revokedAtMs: null,
    expiresAtMs: 5,
  });
  const hints = async (filter: KeyFilter) =>
    (await administration.listKeys(filter)).keys.map(({ keyHint }) => keyHint);
  expect(await hints({ organization: "acme" })).toEqual(["sk-…b", "sk-…a"]);
  expect((await hints({ workspace: "main" })).toSorted()).toEqual(["sk-…a", "sk-…c"]);
  expect(await hints({ organization: "acme", workspace: "main" })).toEqual(["sk-…a"]);
  expect(await hints({ organization: "nobody" })).toEqual([]);
});

test("a list that was cut says so", async () => {
  const { administration, execute } = await setUp();
  const { workspaceId } = await administration.createKey(newKey("first"));
  execute(`with recursive n (i) as (select 2 union all select i + 1 from n where i < ${KEYS_LISTED_MAX})
    insert into api_keys (id, workspace_id, name, key_hash, key_hint, created_at_ms)
    select 'key_' || i, '${workspaceId}', 'n', 'hash' || i, '', 0 from n`);
  expect((await administration.listKeys({})).isComplete).toBe(true);
  await administration.createKey(newKey("one too many"));
  const { keys, isComplete } = await administration.listKeys({});
  expect(isComplete).toBe(false);
  expect(keys).toHaveLength(KEYS_LISTED_MAX);
});

test("a key is revoked once and for good", async () => {
  const { administration, keys, time } = await setUp();
  const { keyId } = await administration.createKey(newKey("a"));
  const revoked = { keyId, revokedAtMs: time.nowEpochMs };
  expect(await administration.revokeKey(keyId)).toEqual(revoked);
  time.nowEpochMs += 1;
  expect(await administration.revokeKey(keyId)).toEqual(revoked);
  expect(await administration.revokeKey("key_unknown")).toBe(undefined);
  expect(await keys.findPrincipal("a")).toBe(undefined);
  expect((await administration.listKeys({})).keys[0]?.revokedAtMs).toBe(revoked.revokedAtMs);
  expect(await keys.readKeyChanges(0)).toEqual({
    position: 2,
    changes: [created("a"), withdrawn("a")],
  });
});

test("another store on the same file reads each change once, in order", async () => {
  const { administration, open } = await setUp();
  const other = await open();
  expect(await other.keys.readKeyChanges(0)).toEqual({ position: 0, changes: [] });
  const { keyId } = await administration.createKey(newKey("a"));
  await administration.createKey(newKey("b"));
  expect(await other.keys.readKeyChanges(0)).toEqual({
    position: 2,
    changes: [created("a"), created("b")],
  });
  await administration.revokeKey(keyId);
  expect(await other.keys.readKeyChanges(2)).toEqual({ position: 3, changes: [withdrawn("a")] });
  expect(await other.keys.readKeyChanges(3)).toEqual({ position: 3, changes: [] });
  await other.close();
});

test("changes are kept for an hour; positions go on", async () => {
  const { administration, keys, time } = await setUp();
  await administration.createKey(newKey("a"));
  time.nowEpochMs += HOUR_MS;
  await administration.createKey(newKey("b"));
  expect(await keys.readKeyChanges(0)).toEqual({
    position: 2,
    changes: [created("a"), created("b")],
  });
  time.nowEpochMs += 1;
  await administration.createKey(newKey("c"));
  expect(await keys.readKeyChanges(0)).toEqual({
    position: 3,
    changes: [created("b"), created("c")],
  });
});

test("more changes than a gateway caches are told by their position alone", async () => {
  const { keys, execute } = await setUp();
  const change = (count: number) =>
    execute(`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into key_changes
      select i + (select position from key_change_head), 'hash' || i, 'created', 0 from n;
      update key_change_head set position = position + ${count}`);
  change(KEY_CHANGES_READ_MAX);
  const { position, changes } = await keys.readKeyChanges(0);
  expect(position).toBe(KEY_CHANGES_READ_MAX);
  expect(changes).toHaveLength(KEY_CHANGES_READ_MAX);
  change(1);
  expect(await keys.readKeyChanges(0)).toEqual({
    position: KEY_CHANGES_READ_MAX + 1,
    changes: [],
  });
});

test("a reader who is ahead of a store that was put back learns where the store is", async () => {
  const { administration, keys } = await setUp();
  await administration.createKey(newKey("a"));
  expect(await keys.readKeyChanges(7)).toEqual({ position: 1, changes: [] });
});
