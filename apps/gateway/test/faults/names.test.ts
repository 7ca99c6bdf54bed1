/**
 * F17: names of upstreams. Each new connection asks the operating system, and a name that cannot be
 * resolved is an upstream that cannot be reached. What a resolver does is played here, so that nothing
 * leaves the machine.
 */
import dns from "node:dns";
import { performance } from "node:perf_hooks";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import { expect, onTestFinished, test, vi } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import { sendChat } from "../raw-client.ts";
import {
  LATE_MS_MAX,
  expectRefusal,
  expectWholeStream,
  expectAccounts,
  startFaultRig,
} from "./fault-rig.ts";

const CONNECT_MS = 300;
const NAME = "fleet.test";

type Found = (error: Error | null, addresses?: readonly dns.LookupAddress[]) => void;

/** Plays the resolver for `NAME`; all else is an address. @returns one entry for each time it is asked. */
function playResolver(answer: (found: Found) => void): string[] {
  const asked: string[] = [];
  const resolve = dns.lookup as (name: string, options: dns.LookupAllOptions, f: Found) => void;
  function lookup(name: string, options: dns.LookupAllOptions, found: Found): void {
    if (name !== NAME) return resolve(name, options, found);
    asked.push(name);
    return answer(found);
  }
  vi.spyOn(dns, "lookup").mockImplementation(lookup as unknown as typeof dns.lookup);
  onTestFinished(() => void vi.restoreAllMocks());
  return asked;
}

const providers = { fleet: `http://${NAME}:1/v1` };

test("F17 a name that does not exist", async () => {
  const asked = playResolver((found) => {
    const error = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    process.nextTick(found, error);
  });
  const rig = await startFaultRig(
    { chat: ["fleet", "mock/tokens=5"], down: ["fleet"] },
    { providers },
  );
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  const refused = await (await sendChat(rig, streamOf("down"))).answered();
  expectRefusal(refused, 502, "upstream_unreachable");
  expect(refused.body).not.toContain(NAME);
  expect(asked).toEqual([NAME, NAME]);
  expect(rig.mock.stats()).toMatchObject({ requests: 1, connections: 1 });
  await expectAccounts(rig, {
    outcomes: { complete: 1, upstream_error: 1 },
    errors: { upstream_unreachable: 1 },
    attempts: { answered: 1, upstream_unreachable: 2 },
    records: [
      { model: "chat", outcome: "complete", source: "reported", outputTokens: 5 },
      { model: "down", outcome: "upstream_error", source: "none" },
    ],
  });
});

test("F17 a resolver that does not answer", async () => {
  const asked = playResolver(() => undefined);
  const rig = await startFaultRig(
    { chat: ["fleet", "mock/tokens=5"], other: ["mock/tokens=3"] },
    { providers, deadlines: { connectMs: CONNECT_MS } },
  );
  const startMs = performance.now();
  const client = await sendChat(rig, streamOf("chat"));
  // Others do not wait for that name.
  expectWholeStream(await (await sendChat(rig, streamOf("other"))).answered(), 3);
  expectWholeStream(await client.answered(), 5);
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeGreaterThanOrEqual(CONNECT_MS);
  expect(tookMs).toBeLessThan(CONNECT_MS + LATE_MS_MAX);
  expect(asked).toEqual([NAME]);
  expect(rig.mock.stats()).toMatchObject({ requests: 2 });
  await expectAccounts(rig, {
    outcomes: { complete: 2 },
    errors: {},
    attempts: { answered: 2, upstream_unreachable: 1 },
    records: [
      { model: "chat", outcome: "complete", source: "reported", outputTokens: 5 },
      { model: "other", outcome: "complete", source: "reported", outputTokens: 3 },
    ],
  });
});

test("F17 a name moves to another address: so do new connections", async () => {
  let address = "127.0.0.1";
  const asked = playResolver((found) => process.nextTick(found, null, [{ address, family: 4 }]));
  // The port is a part of the base URL, so the other server has the same one, at another address.
  const first = await startMockUpstream();
  const second = await startMockUpstream({ host: "127.0.0.2", port: first.port });
  onTestFinished(async () => void (await Promise.all([first.close(), second.close()])));
  const rig = await startFaultRig(
    { chat: ["fleet:mock/tokens=5,connection=close"] },
    { providers: { fleet: `http://${NAME}:${first.port}/v1` } },
  );
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  address = "127.0.0.2";
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  expect([first.stats().completed, second.stats().completed]).toEqual([1, 1]);
  expect(asked).toEqual([NAME, NAME]);
  await expectAccounts(rig, {
    outcomes: { complete: 2 },
    errors: {},
    attempts: { answered: 2 },
    records: [
      { outcome: "complete", source: "reported", outputTokens: 5 },
      { outcome: "complete", source: "reported", outputTokens: 5 },
    ],
  });
});

test("F17 no request chooses the address", async () => {
  // Private addresses are the operator's own fleet, and only the configuration can name them.
  const asked = playResolver((found) => process.nextTick(found, new Error("asked")));
  const rig = await startFaultRig({ chat: ["mock/tokens=5"] });
  const fields = streamOf("chat", { base_url: `http://${NAME}:${rig.mock.port}/v1` });
  expectRefusal(await (await sendChat(rig, fields)).answered(), 400, "invalid_request");
  expect(asked).toEqual([]);
  expect(rig.mock.stats()).toMatchObject({ requests: 0, connectionsOpened: 0 });
  await expectAccounts(rig, {
    outcomes: { rejected: 1 },
    errors: { invalid_request: 1 },
    attempts: {},
    records: [{ outcome: "rejected", source: "none", provider: null }],
  });
});
