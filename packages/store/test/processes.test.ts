import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../src/open-store.ts";

const PROGRAM = fileURLToPath(new URL("programs/create-and-revoke.ts", import.meta.url));

function temporaryUrl(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return `sqlite:${join(folder, "data", "store.db")}`;
}

/** Starts the program; the promise gives a function that lets it go on and resolves when it has ended. */
async function start(url: string, keyHash: string): Promise<() => Promise<unknown>> {
  const child = spawn(process.execPath, [PROGRAM, url, keyHash], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  await once(child.stdout, "data");
  return async () => {
    const ended = once(child, "exit");
    child.stdin.write("go");
    return (await ended)[0];
  };
}

test("processes that open a new file at once all succeed, and end by themselves", async () => {
  const url = temporaryUrl();
  const hashes = ["a", "b", "c", "d"];
  const programs = await Promise.all(hashes.map((hash) => start(url, hash)));
  const codes = await Promise.all(programs.map((letGo) => letGo()));
  expect(codes).toEqual([0, 0, 0, 0]);
  const store = await openStore(url);
  const { keys } = await store.keyAdministration.listKeys({ organization: "acme" });
  expect(keys.filter(({ revokedAtMs }) => revokedAtMs !== null)).toHaveLength(4);
  const { position, changes } = await store.keys.readKeyChanges(0);
  expect(position).toBe(8);
  expect(changes.map(({ keyHash }) => keyHash).toSorted()).toEqual([
    "a",
    "a",
    "b",
    "b",
    "c",
    "c",
    "d",
    "d",
  ]);
  await store.close();
});

test("threads of one process that open a new file at once all succeed", async () => {
  for (let round = 0; round < 2; round++) {
    const url = temporaryUrl();
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(url)));
    await Promise.all(stores.map((store) => store.keys.readKeyChanges(0)));
    await Promise.all(stores.map((store) => store.close()));
  }
});

test("what another process did to keys is read by the one that runs", async () => {
  const url = temporaryUrl();
  const store = await openStore(url);
  const letGo = await start(url, "a");
  expect(await store.keys.readKeyChanges(0)).toEqual({ position: 0, changes: [] });
  expect(await letGo()).toBe(0);
  expect(await store.keys.readKeyChanges(0)).toEqual({
    position: 2,
    changes: [
      { keyHash: "a", type: "created" },
      { keyHash: "a", type: "withdrawn" },
    ],
  });
  await store.close();
});
