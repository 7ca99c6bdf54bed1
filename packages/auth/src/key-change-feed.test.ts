import type { KeyChange, KeyChanges } from "@slipstream/contracts/key-store";
import { expect, test } from "vitest";
import { KeyChangeFeed } from "./key-change-feed.ts";

function withdrawn(keyHash: string): KeyChange {
  return { keyHash, type: "withdrawn" };
}

/** Polls once per entry; an entry is what the store says then. Tells what the caches heard. */
async function play(...says: Array<KeyChanges | Error>): Promise<string[]> {
  const heard: string[] = [];
  const left = [...says];
  const feed = new KeyChangeFeed({
    keys: {
      readKeyChanges: async (position) => {
        heard.push(`after ${position}`);
        const said = left.shift() ?? new Error("polled too often");
        if (said instanceof Error) throw said;
        return said;
      },
    },
    authenticator: {
      learn: (changes) => heard.push(...changes.map(({ keyHash, type }) => `${type} ${keyHash}`)),
      doubtAll: () => heard.push("doubt all"),
    },
  });
  for (const said of says) {
    if (said instanceof Error) await expect(feed.poll()).rejects.toBe(said);
    else await feed.poll();
  }
  return heard;
}

test("each change is told once", async () => {
  expect(
    await play(
      { position: 2, changes: [withdrawn("a"), withdrawn("b")] },
      { position: 2, changes: [] },
      { position: 3, changes: [withdrawn("a")] },
    ),
  ).toEqual(["after 0", "withdrawn a", "withdrawn b", "after 2", "after 2", "withdrawn a"]);
});

test.each<[string, KeyChanges, string[]]>([
  [
    "changes that the store no longer holds",
    { position: 9, changes: [withdrawn("c")] },
    ["withdrawn c"],
  ],
  ["a store that was put back", { position: 1, changes: [] }, []],
])("%s put everything in doubt", async (_what, changes, forgotten) => {
  const { position } = changes;
  expect(
    await play({ position: 2, changes: [withdrawn("a"), withdrawn("b")] }, changes, {
      position,
      changes: [],
    }),
  ).toEqual([
    "after 0",
    "withdrawn a",
    "withdrawn b",
    "after 2",
    ...forgotten,
    "doubt all",
    `after ${position}`,
  ]);
});

test("after an outage everything is in doubt, and the feed goes on where it was", async () => {
  expect(
    await play(
      { position: 1, changes: [withdrawn("a")] },
      new Error("down"),
      new Error("down"),
      { position: 2, changes: [withdrawn("b")] },
      { position: 2, changes: [] },
    ),
  ).toEqual([
    "after 0",
    "withdrawn a",
    "after 1",
    "after 1",
    "after 1",
    "withdrawn b",
    "doubt all",
    "after 2",
  ]);
});

test("polls do not overlap", async () => {
  let reads = 0;
  const { promise, resolve } = Promise.withResolvers<KeyChanges>();
  const feed = new KeyChangeFeed({
    keys: { readKeyChanges: () => (reads++, promise) },
    authenticator: { learn: () => {}, doubtAll: () => {} },
  });
  const first = feed.poll();
  expect(feed.poll()).toBe(first);
  resolve({ position: 0, changes: [] });
  await first;
  expect(reads).toBe(1);
  await feed.poll();
  expect(reads).toBe(2);
});
