import { expect, test } from "vitest";
import { BatchedLookUps, LOOK_UP_KEYS_MAX } from "./batched-look-ups.ts";

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** A database in which every key but those with an x stands for itself; it answers when told to. */
function setUp() {
  const statements: string[][] = [];
  const held: PromiseWithResolvers<void>[] = [];
  const lookUps = new BatchedLookUps<string>(async (keys) => {
    statements.push([...keys]);
    const holding = Promise.withResolvers<void>();
    held.push(holding);
    await holding.promise;
    return new Map(keys.filter((key) => !key.includes("x")).map((key) => [key, `is ${key}`]));
  });
  return {
    lookUps,
    statements,
    answer: async () => {
      held.shift()?.resolve();
      await turn();
    },
    fail: async (error: Error) => {
      held.shift()?.reject(error);
      await turn();
    },
  };
}

test("one who comes alone does not wait for others", async () => {
  const { lookUps, statements, answer } = setUp();
  const found = lookUps.find("a");
  expect(statements).toEqual([["a"]]);
  await answer();
  expect(await found).toBe("is a");
});

test("those who come while a statement is under way share the next one, in order", async () => {
  const { lookUps, statements, answer } = setUp();
  const found = ["a", "b", "x", "c"].map((key) => lookUps.find(key));
  await answer();
  expect(statements).toEqual([["a"], ["b", "x", "c"]]);
  await answer();
  expect(await Promise.all(found)).toEqual(["is a", "is b", undefined, "is c"]);
});

test("a statement is bounded", async () => {
  const { lookUps, statements, answer } = setUp();
  const keys = Array.from({ length: 2 * LOOK_UP_KEYS_MAX + 2 }, (_, number) => `k${number}`);
  const found = keys.map((key) => lookUps.find(key));
  for (let statement = 0; statement < 4; statement++) await answer();
  expect(statements.map(({ length }) => length)).toEqual([
    1,
    LOOK_UP_KEYS_MAX,
    LOOK_UP_KEYS_MAX,
    1,
  ]);
  expect(await Promise.all(found)).toEqual(keys.map((key) => `is ${key}`));
});

test("a key is asked for once per statement, and never by one that began before", async () => {
  const { lookUps, statements, answer } = setUp();
  const found = ["a", "a", "a"].map((key) => lookUps.find(key));
  await answer();
  await answer();
  expect(statements).toEqual([["a"], ["a"]]);
  expect(await Promise.all(found)).toEqual(["is a", "is a", "is a"]);
});

test("a statement that fails fails all who share it, and nobody else", async () => {
  const { lookUps, answer, fail } = setUp();
  const down = new Error("down");
  const found = ["a", "b", "c"].map((key) => lookUps.find(key));
  const results = Promise.allSettled(found);
  await answer();
  await fail(down);
  const failed = { status: "rejected", reason: down };
  expect(await results).toEqual([{ status: "fulfilled", value: "is a" }, failed, failed]);
  const next = lookUps.find("b");
  await answer();
  expect(await next).toBe("is b");
});
