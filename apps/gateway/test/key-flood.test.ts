/** Somebody without a key asks for invented ones, over as many connections as they get. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiKey } from "@slipstream/auth/api-key";
import { createAuthenticator } from "@slipstream/auth/authenticator";
import { PRESENT_FRESH_MS } from "@slipstream/auth/key-cache";
import { KeyChangeFeed } from "@slipstream/auth/key-change-feed";
import { GatewayError } from "@slipstream/contracts/errors";
import { openStore } from "@slipstream/store/open-store";
import { expect, onTestFinished, test } from "vitest";
import { createTestKey } from "./gateway-rig.ts";

const CONNECTIONS = 1_500;
/**
 * Strangers who may be answered while somebody else waits for an answer of the store: those of a handful
 * of statements of 200 each.
 */
const STRANGERS_BEFORE_MAX = 2_000;

/** What is between the requests of a gateway and its keys, without its sockets. */
async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "slipstream-test-"));
  const store = await openStore(`sqlite:${join(folder, "test.db")}`);
  const world = { nowMs: 0 };
  const authenticator = createAuthenticator({
    keys: store.keys,
    clock: { nowMs: () => world.nowMs },
    caches: { cacheRequest() {}, cacheEviction() {} },
  });
  const feed = new KeyChangeFeed({ keys: store.keys, authenticator });
  const ask = async (key: string): Promise<string> => {
    try {
      return (await authenticator.authenticate(`Bearer ${key}`)).keyId;
    } catch (error) {
      return error instanceof GatewayError ? error.code : String(error);
    }
  };
  await feed.poll();
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return { ask, feed, store, world };
}

test("revocations arrive, and known and new keys are served, while 1,500 strangers ask", async () => {
  const { ask, feed, store, world } = await setUp();
  const [known, doomed] = [await createTestKey(store), await createTestKey(store)];
  await feed.poll();
  expect([await ask(known.key), await ask(doomed.key)]).toEqual([known.keyId, doomed.keyId]);

  const flooding = new AbortController();
  const answers = new Set<string>();
  let answered = 0;
  const flood = Array.from({ length: CONNECTIONS }, async () => {
    while (!flooding.signal.aborted) {
      answers.add(await ask(createApiKey()));
      answered++;
    }
  });
  /** How many strangers are answered meanwhile. */
  const strangersDuring = async (something: Promise<unknown>) => {
    const before = answered;
    await something;
    return answered - before;
  };

  const created = await createTestKey(store);
  await store.keyAdministration.revokeKey(doomed.keyId);
  expect(await strangersDuring(feed.poll())).toBeLessThan(STRANGERS_BEFORE_MAX);
  expect(await ask(doomed.key)).toBe("invalid_api_key");
  expect(await strangersDuring(ask(created.key))).toBeLessThan(STRANGERS_BEFORE_MAX);
  expect(await ask(created.key)).toBe(created.keyId);
  world.nowMs = PRESENT_FRESH_MS;
  expect(await strangersDuring(ask(known.key))).toBeLessThan(STRANGERS_BEFORE_MAX);
  expect(await ask(known.key)).toBe(known.keyId);

  flooding.abort();
  await Promise.all(flood);
  expect([...answers]).toEqual(["invalid_api_key"]);
});
