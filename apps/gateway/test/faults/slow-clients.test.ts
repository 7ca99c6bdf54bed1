/** Faults of clients that take their time. */
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import type { GatewayRig } from "../gateway-rig.ts";
import { RawClient, sendChat, toRawChat } from "../raw-client.ts";
import {
  LATE_MS_MAX,
  expectRefusal,
  expectWholeStream,
  settle,
  startFaultRig,
} from "./fault-rig.ts";

const CLIENT_STALL_MS = 500;
const READERS = 10;
/** Thirty times what the operating system takes for a client that does not read. */
const LONG = "mock/tokens=2000,tokenBytes=16000";

test("F19 clients that never read", async () => {
  const rig = await startFaultRig(
    { long: [LONG], chat: ["mock/tokens=20,gap=20"] },
    { deadlines: { clientStallMs: CLIENT_STALL_MS } },
  );
  const { head, body } = toRawChat(rig, streamOf("long"));
  const startMs = performance.now();
  const readers = await Promise.all(
    Array.from({ length: READERS }, async () =>
      (await RawClient.connectDeaf(rig)).send(head, body),
    ),
  );
  // Somebody who reads does not notice.
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 20);
  await eventually(() => expect(rig.mock.stats()).toMatchObject({ clientAborts: READERS }));
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeGreaterThan(CLIENT_STALL_MS);
  // Late once for the buffers that have to fill first, and once for the deadline.
  expect(tookMs).toBeLessThan(CLIENT_STALL_MS + 2 * LATE_MS_MAX);
  // The upstream was held back long before its end.
  for (const { bytesWritten, scenario } of rig.mock.stats().recent) {
    if (scenario?.includes("tokenBytes") === true) expect(bytesWritten).toBeLessThan(20e6);
  }
  // What is left in the operating system ends in a reset, not in a good end.
  for (const { socket, closed } of readers) {
    socket.resume();
    await closed;
  }
  const { records, ...counts } = await settle(rig);
  expect(counts).toEqual({
    outcomes: { client_too_slow: READERS, complete: 1 },
    errors: {},
    attempts: { abandoned: READERS, answered: 1 },
  });
  const slow = { model: "long", outcome: "client_too_slow", source: "estimated" };
  const read = { model: "chat", outcome: "complete", source: "reported", outputTokens: 20 };
  expect(records).toMatchObject([read, ...Array.from({ length: READERS }, () => slow)]);
});

/** Of each kind. */
const SLOW_SENDERS = 500;
/** The gateway's own limits, ms: for headers, and for a whole request. */
const HEADERS_MS = 10_000;
const BODY_MS = 30_000;
/** How often headers are looked at, ms. */
const CHECK_MS = 1000;
/** From one byte to the next. */
const DRIP_MS = 1000;

/** Byte after byte behind what was sent, until the gateway has had enough of it. */
async function drip(client: RawClient, startMs: number, deadlineMs: number): Promise<void> {
  const connectedMs = performance.now();
  const timer = setInterval(() => client.send("x"), DRIP_MS);
  const answer = await client.answered();
  await client.closed;
  clearInterval(timer);
  const nowMs = performance.now();
  expectRefusal(answer, 408, "body_timeout");
  expect(nowMs - startMs).toBeGreaterThanOrEqual(deadlineMs);
  expect(nowMs - connectedMs).toBeLessThan(deadlineMs + CHECK_MS + LATE_MS_MAX);
}

async function connectAll(rig: GatewayRig, beginning: string): Promise<readonly RawClient[]> {
  const clients = Array.from({ length: SLOW_SENDERS }, () => RawClient.connect(rig));
  return Promise.all(clients.map(async (client) => (await client).send(beginning)));
}

/** Sends a good request every now and then. @returns how many. */
async function askUntil(rig: GatewayRig, signal: AbortSignal): Promise<number> {
  let requests = 0;
  while (!signal.aborted) {
    const startMs = performance.now();
    expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
    expect(performance.now() - startMs).toBeLessThan(LATE_MS_MAX);
    requests++;
    await setTimeout(DRIP_MS);
  }
  return requests;
}

test("F20 slow headers and slow bodies", { timeout: BODY_MS + 15_000 }, async () => {
  const rig = await startFaultRig({ chat: ["mock/tokens=5"] });
  const { head, body } = toRawChat(rig, streamOf("chat", { user: "x".repeat(1000) }));
  const slowHead = `${head.slice(0, -2)}x-slow: `;
  const slowBody = head + body.slice(0, 20);
  const ended = new AbortController();
  const others = askUntil(rig, ended.signal);
  const startMs = performance.now();
  const heads = await connectAll(rig, slowHead);
  const bodies = await connectAll(rig, slowBody);
  await Promise.all([
    ...heads.map((client) => drip(client, startMs, HEADERS_MS)),
    ...bodies.map((client) => drip(client, startMs, BODY_MS)),
  ]);
  ended.abort();
  const asked = await others;
  expect(asked).toBeGreaterThan(BODY_MS / DRIP_MS / 2);
  expect(rig.mock.stats().requests).toBe(asked);
  const { records, ...counts } = await settle(rig);
  // Slow headers never became a request, and are counted in nothing that counts requests.
  expect(counts).toEqual({
    outcomes: { complete: asked, rejected: SLOW_SENDERS },
    errors: { body_timeout: SLOW_SENDERS },
    attempts: { answered: asked },
  });
  const sources = Object.groupBy(records, ({ outcome, source }) => `${outcome} ${source}`);
  expect(sources["complete reported"]).toHaveLength(asked);
  expect(sources["rejected none"]).toHaveLength(SLOW_SENDERS);
  expect(records).toHaveLength(asked + SLOW_SENDERS);
});
