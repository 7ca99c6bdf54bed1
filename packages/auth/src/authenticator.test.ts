import type { CacheResult } from "@slipstream/contracts/cache-events";
import { GatewayError } from "@slipstream/contracts/errors";
import type { KeyChange } from "@slipstream/contracts/key-store";
import type { Principal } from "@slipstream/contracts/principal";
import { expect, test } from "vitest";
import { createApiKey, hashApiKey } from "./api-key.ts";
import { createAuthenticator } from "./authenticator.ts";
import type { Authenticator } from "./authenticator.ts";
import { LOOK_UP_DEADLINE_MS, LOOK_UPS_MAX } from "./look-ups.ts";
import { ABSENT_FRESH_MS, PRESENT_FRESH_MS, PRESENT_STALE_MS } from "./key-cache.ts";

const KEY = createApiKey();
const HEADER = `Bearer ${KEY}`;
const HASH = hashApiKey(KEY);
const CREATED: KeyChange = { keyHash: HASH, type: "created" };
const WITHDRAWN: KeyChange = { keyHash: HASH, type: "withdrawn" };
const PRINCIPAL: Principal = { keyId: "key_1", workspaceId: "ws_1", organizationId: "org_1" };

type Answer = Principal | "absent" | Error;

/** An authenticator over a store that gives `answer`, at once or when a held question is released. */
function setUp(answer: Answer = PRINCIPAL) {
  const world = {
    answer,
    nowMs: 0,
    asked: [] as string[],
    results: [] as CacheResult[],
    evictions: 0,
  };
  let held: Array<() => void> | undefined;
  const authenticator = createAuthenticator({
    clock: { nowMs: () => world.nowMs },
    caches: {
      cacheRequest: (_cache, result) => world.results.push(result),
      cacheEviction: () => world.evictions++,
    },
    keys: {
      findPrincipal: async (keyHash) => {
        world.asked.push(keyHash);
        const given = world.answer;
        if (held !== undefined) await new Promise<void>((resolve) => held?.push(resolve));
        if (given instanceof Error) throw given;
        return given === "absent" ? undefined : given;
      },
    },
  });
  return {
    authenticator,
    world,
    /** What a request with this header gets: a key id or an error code. */
    ask: async (header: string | undefined = HEADER) => outcomeOf(authenticator, header),
    hold: () => {
      held = [];
    },
    release: () => {
      held?.forEach((resolve) => resolve());
      held = undefined;
    },
  };
}

async function outcomeOf(
  authenticator: Authenticator,
  header: string | undefined,
): Promise<string> {
  try {
    return (await authenticator.authenticate(header)).keyId;
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

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

const strangers = (count: number) =>
  Array.from({ length: count }, () => `Bearer ${createApiKey()}`);

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

test("a store that does not answer is waited for until the deadline", async () => {
  const { ask, authenticator, hold, world } = setUp();
  hold();
  const ends: string[] = [];
  const first = ask().then((end) => ends.push(end));
  world.nowMs = LOOK_UP_DEADLINE_MS - 1;
  authenticator.sweep();
  await ask("Bearer x");
  expect(ends).toEqual([]);
  world.nowMs = LOOK_UP_DEADLINE_MS;
  authenticator.sweep();
  await first;
  expect(ends).toEqual(["auth_unavailable"]);
  // Whoever comes now does not wait for the same question again.
  expect(() => authenticator.authenticate(HEADER)).toThrow(
    expect.objectContaining({
      code: "auth_unavailable",
      cause: expect.objectContaining({ code: "LOOK_UP_OVERDUE" }),
    }),
  );
  expect(world.asked).toEqual([HASH]);
});

test("each look-up has a deadline of its own", async () => {
  const { ask, authenticator, hold, release, world } = setUp();
  const [stranger] = strangers(1);
  hold();
  const first = ask();
  world.nowMs = 1;
  const second = ask(stranger);
  world.nowMs = LOOK_UP_DEADLINE_MS;
  authenticator.sweep();
  release();
  expect(await first).toBe("auth_unavailable");
  expect(await second).toBe("key_1");
});

test("at the deadline a known key is served with what was known, and from then on at once", async () => {
  const { ask, authenticator, hold, world } = setUp();
  await ask();
  world.nowMs = PRESENT_FRESH_MS;
  hold();
  const waiting = ask();
  world.nowMs += LOOK_UP_DEADLINE_MS;
  authenticator.sweep();
  expect(await waiting).toBe("key_1");
  expect(authenticator.authenticate(HEADER)).toBe(PRINCIPAL);
  expect(world.results).toEqual(["miss", "miss", "stale", "coalesced", "stale"]);
});

test.each<[string, Answer, string]>([
  ["found", PRINCIPAL, "key_1"],
  ["absent", "absent", "invalid_api_key"],
])("an answer that comes late is kept for the next: %s", async (_what, answer, end) => {
  const { ask, authenticator, hold, release, world } = setUp(answer);
  hold();
  const waiting = ask();
  world.nowMs = LOOK_UP_DEADLINE_MS;
  authenticator.sweep();
  expect(await waiting).toBe("auth_unavailable");
  release();
  await ask("Bearer x");
  expect(await ask()).toBe(end);
  expect(world.asked).toEqual([HASH]);
});

test("a failure that comes late leaves the key to be asked for again", async () => {
  const { ask, authenticator, hold, release, world } = setUp(new Error("down"));
  hold();
  const waiting = ask();
  world.nowMs = LOOK_UP_DEADLINE_MS;
  authenticator.sweep();
  expect(await waiting).toBe("auth_unavailable");
  world.answer = PRINCIPAL;
  release();
  await ask("Bearer x");
  expect(await ask()).toBe("key_1");
  expect(world.results).toEqual(["miss", "miss"]);
});

test("a late answer that a withdrawal overtook is not kept", async () => {
  const { ask, authenticator, hold, release, world } = setUp();
  hold();
  const waiting = ask();
  world.nowMs = LOOK_UP_DEADLINE_MS;
  authenticator.sweep();
  expect(await waiting).toBe("auth_unavailable");
  authenticator.learn([WITHDRAWN]);
  release();
  world.answer = "absent";
  expect(await ask()).toBe("invalid_api_key");
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
