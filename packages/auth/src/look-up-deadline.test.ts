import { expect, test } from "vitest";
import {
  HASH,
  HEADER,
  PRINCIPAL,
  setUp,
  strangers,
  SWEEP_MS,
  WITHDRAWN,
} from "../test/authenticator-rig.ts";
import type { Answer } from "../test/authenticator-rig.ts";
import { PRESENT_FRESH_MS } from "./key-cache.ts";
import { LOOK_UP_DEADLINE_MS, SWEEP_COUNTS_MS_MAX } from "./look-ups.ts";

test("a store that does not answer is waited for until the deadline", async () => {
  const { ask, authenticator, hold, pass, world } = setUp();
  hold();
  const ends: string[] = [];
  const first = ask().then((end) => ends.push(end));
  pass(LOOK_UP_DEADLINE_MS - SWEEP_MS);
  await ask("Bearer x");
  expect(ends).toEqual([]);
  pass(SWEEP_MS);
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
  const { ask, hold, pass, release } = setUp();
  const [stranger] = strangers(1);
  hold();
  const first = ask();
  pass(SWEEP_MS);
  const second = ask(stranger);
  pass(LOOK_UP_DEADLINE_MS - SWEEP_MS);
  release();
  expect(await first).toBe("auth_unavailable");
  expect(await second).toBe("key_1");
});

test("at the deadline a known key is served with what was known, and from then on at once", async () => {
  const { ask, authenticator, hold, pass, world } = setUp();
  await ask();
  world.nowMs = PRESENT_FRESH_MS;
  hold();
  const waiting = ask();
  pass(LOOK_UP_DEADLINE_MS);
  expect(await waiting).toBe("key_1");
  expect(authenticator.authenticate(HEADER)).toBe(PRINCIPAL);
  expect(world.results).toEqual(["miss", "miss", "stale", "coalesced", "stale"]);
});

test.each<[string, Answer, string]>([
  ["found", PRINCIPAL, "key_1"],
  ["absent", "absent", "invalid_api_key"],
])("an answer that comes late is kept for the next: %s", async (_what, answer, end) => {
  const { ask, hold, pass, release, world } = setUp(answer);
  hold();
  const waiting = ask();
  pass(LOOK_UP_DEADLINE_MS);
  expect(await waiting).toBe("auth_unavailable");
  release();
  await ask("Bearer x");
  expect(await ask()).toBe(end);
  expect(world.asked).toEqual([HASH]);
});

test("a failure that comes late leaves the key to be asked for again", async () => {
  const { ask, hold, pass, release, world } = setUp(new Error("down"));
  hold();
  const waiting = ask();
  pass(LOOK_UP_DEADLINE_MS);
  expect(await waiting).toBe("auth_unavailable");
  world.answer = PRINCIPAL;
  release();
  await ask("Bearer x");
  expect(await ask()).toBe("key_1");
  expect(world.results).toEqual(["miss", "miss"]);
});

test("a late answer that a withdrawal overtook is not kept", async () => {
  const { ask, authenticator, hold, pass, release, world } = setUp();
  hold();
  const waiting = ask();
  pass(LOOK_UP_DEADLINE_MS);
  expect(await waiting).toBe("auth_unavailable");
  authenticator.learn([WITHDRAWN]);
  release();
  world.answer = "absent";
  expect(await ask()).toBe("invalid_api_key");
});

test("time in which the process stood still does not count", async () => {
  const { ask, authenticator, hold, release, world } = setUp();
  hold();
  const waiting = ask();
  world.nowMs += 10 * LOOK_UP_DEADLINE_MS;
  authenticator.sweep();
  release();
  expect(await waiting).toBe("key_1");
  expect(SWEEP_COUNTS_MS_MAX).toBeLessThan(LOOK_UP_DEADLINE_MS / 2);
});
