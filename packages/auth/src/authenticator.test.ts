import type { GatewayError } from "@slipstream/contracts/errors";
import { expect, test } from "vitest";
import {
  CREATED,
  HASH,
  HEADER,
  PRINCIPAL,
  setUp,
  strangers,
  WITHDRAWN,
} from "../test/authenticator-rig.ts";
import { createApiKey } from "./api-key.ts";
import type { Authenticator } from "./authenticator.ts";
import { ABSENT_FRESH_MS, PRESENT_FRESH_MS, PRESENT_STALE_MS } from "./key-cache.ts";
import { LOOK_UPS_MAX } from "./look-ups.ts";

test("a cached key is answered without a promise", async () => {
  const { authenticator, ask, world } = setUp();
  expect(authenticator.authenticate(HEADER)).toBeInstanceOf(Promise);
  await ask();
  expect(authenticator.authenticate(HEADER)).toBe(PRINCIPAL);
  expect(world.asked).toEqual([HASH]);
  expect(world.results).toEqual(["miss", "coalesced", "hit"]);
});

test.each([
  ["no header", undefined, "missing_api_key"],
  ["an empty header", "", "missing_api_key"],
  ["another scheme", "Basic eDp5", "missing_api_key"],
  ["a scheme without a key", "Bearer", "missing_api_key"],
  ["a key of another make", "Bearer x", "invalid_api_key"],
  ["two keys", `${HEADER}, ${HEADER}`, "invalid_api_key"],
  ["a key cut short", HEADER.slice(0, -1), "invalid_api_key"],
  ["a megabyte that starts like a key", HEADER.padEnd(1_048_576, "x"), "invalid_api_key"],
])("%s is refused before any cache or store", (_what, header, code) => {
  const { authenticator, world } = setUp();
  expect(() => authenticator.authenticate(header)).toThrow(expect.objectContaining({ code }));
  expect(world.asked).toEqual([]);
  expect(world.results).toEqual([]);
});

test("a malformed, an unknown and a cached unknown key look the same", async () => {
  const { authenticator } = setUp("absent");
  const errors = [];
  for (const header of ["Bearer x", HEADER, HEADER]) {
    try {
      await authenticator.authenticate(header);
    } catch (error) {
      const { code, message, param, headers } = error as GatewayError;
      errors.push({ code, message, param, headers });
    }
  }
  expect(errors).toHaveLength(3);
  expect(errors[1]).toEqual(errors[0]);
  expect(errors[2]).toEqual(errors[0]);
  expect(errors[0]?.code).toBe("invalid_api_key");
});

test("a key is asked for again when it is no longer fresh", async () => {
  const { ask, world } = setUp();
  await ask();
  world.nowMs = PRESENT_FRESH_MS - 1;
  await ask();
  world.nowMs = PRESENT_FRESH_MS;
  world.answer = "absent";
  expect(await ask()).toBe("invalid_api_key");
  expect(world.results).toEqual(["miss", "hit", "miss"]);
});

test("an absent key is remembered, for a shorter time", async () => {
  const { ask, world } = setUp("absent");
  await ask();
  world.answer = PRINCIPAL;
  world.nowMs = ABSENT_FRESH_MS - 1;
  expect(await ask()).toBe("invalid_api_key");
  world.nowMs = ABSENT_FRESH_MS;
  expect(await ask()).toBe("key_1");
  expect(world.results).toEqual(["miss", "negative", "miss"]);
});

test("a flood of invented keys pushes no real one out", async () => {
  const { ask, world } = setUp();
  await ask();
  world.answer = "absent";
  for (let i = 0; i < 11_000; i++) await ask(`Bearer ${createApiKey()}`);
  expect(await ask()).toBe("key_1");
  expect(world.results.at(-1)).toBe("hit");
});

test("many first uses of one key ask the store once", async () => {
  const { ask, hold, release, world } = setUp();
  hold();
  const answers = Array.from({ length: 100 }, () => ask());
  release();
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["key_1"]));
  expect(world.asked).toEqual([HASH]);
  expect(world.results.filter((result) => result === "coalesced")).toHaveLength(99);
});

test("a store that is down is never a refusal", async () => {
  const { authenticator, ask, world } = setUp(new Error("secret address"));
  await expect(authenticator.authenticate(HEADER)).rejects.toMatchObject({
    code: "auth_unavailable",
    message: expect.not.stringContaining("secret"),
    headers: { "retry-after": "1" },
  });
  world.answer = PRINCIPAL;
  expect(await ask()).toBe("key_1");
});

test("a known key outlives a store that is down, but not for long", async () => {
  const { ask, world } = setUp();
  await ask();
  world.answer = new Error("down");
  world.nowMs = PRESENT_FRESH_MS + PRESENT_STALE_MS - 1;
  expect(await ask()).toBe("key_1");
  world.nowMs += 1;
  expect(await ask()).toBe("auth_unavailable");
});

test("too many look-ups at once are refused", async () => {
  const { ask, hold, release, world } = setUp();
  hold();
  const answers = strangers(LOOK_UPS_MAX).map((header) => ask(header));
  expect(await ask()).toBe("auth_unavailable");
  expect(world.asked).toHaveLength(LOOK_UPS_MAX);
  release();
  await Promise.all(answers);
  expect(await ask()).toBe("key_1");
});

test("a known key is asked for again however many look-ups of strangers are under way", async () => {
  const { ask, authenticator, hold, release, world } = setUp();
  await ask();
  hold();
  world.answer = "absent";
  const answers = strangers(LOOK_UPS_MAX).map((header) => ask(header));
  world.answer = PRINCIPAL;
  world.nowMs = PRESENT_FRESH_MS + PRESENT_STALE_MS;
  const known = authenticator.authenticate(HEADER);
  release();
  expect(await known).toBe(PRINCIPAL);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["invalid_api_key"]));
});

test("look-ups that were overtaken still take room", async () => {
  const { ask, authenticator, hold, release } = setUp();
  hold();
  const answers = strangers(LOOK_UPS_MAX).map((header) => ask(header));
  authenticator.doubtAll();
  expect(await ask()).toBe("auth_unavailable");
  release();
  await Promise.all(answers);
  expect(await ask()).toBe("key_1");
});

test("a forgotten key is asked for again, whether it existed or not", async () => {
  const { ask, authenticator, world } = setUp("absent");
  await ask();
  world.answer = PRINCIPAL;
  authenticator.learn([CREATED]);
  expect(await ask()).toBe("key_1");
  world.answer = "absent";
  authenticator.learn([CREATED]);
  expect(await ask()).toBe("key_1");
  authenticator.learn([WITHDRAWN]);
  expect(await ask()).toBe("invalid_api_key");
});

test("a forgotten key does not come back when the store is down", async () => {
  const { ask, authenticator, world } = setUp();
  await ask();
  authenticator.learn([WITHDRAWN]);
  world.answer = new Error("down");
  expect(await ask()).toBe("auth_unavailable");
});

const overtakers: Array<[string, (authenticator: Authenticator) => void]> = [
  ["learn", (authenticator) => authenticator.learn([WITHDRAWN])],
  ["doubtAll", (authenticator) => authenticator.doubtAll()],
];

test.each(overtakers)("an answer that %s overtook is given and not kept", async (_, overtake) => {
  const { ask, hold, release, authenticator, world } = setUp();
  hold();
  const overtaken = ask();
  overtake(authenticator);
  release();
  expect(await overtaken).toBe("key_1");
  world.answer = "absent";
  expect(await ask()).toBe("invalid_api_key");
  expect(world.results).toEqual(["miss", "miss"]);
});

test.each(overtakers)(
  "whoever comes after %s does not wait for an older answer",
  async (_, overtake) => {
    const { ask, hold, release, authenticator, world } = setUp();
    hold();
    const overtaken = ask();
    overtake(authenticator);
    world.answer = "absent";
    const asked = ask();
    release();
    expect(await overtaken).toBe("key_1");
    expect(await asked).toBe("invalid_api_key");
    expect(await ask()).toBe("invalid_api_key");
    expect(world.results).toEqual(["miss", "miss", "negative"]);
  },
);

test("when everything is in doubt, each key is asked for again, but serves while the store is down", async () => {
  const { ask, authenticator, world } = setUp();
  const other = `Bearer ${createApiKey()}`;
  await ask();
  world.answer = "absent";
  await ask(other);
  world.answer = new Error("down");
  authenticator.doubtAll();
  expect(await ask()).toBe("key_1");
  expect(await ask(other)).toBe("auth_unavailable");
  world.nowMs = PRESENT_STALE_MS;
  expect(await ask()).toBe("auth_unavailable");
});
