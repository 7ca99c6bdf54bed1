/** How a gateway ends: SIGTERM with everything under way. */
import { setTimeout } from "node:timers/promises";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import type { MockUpstream } from "@slipstream/mock-upstream/mock-server";
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startGatewayProcess } from "./gateway-process.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import { streamOf } from "./gateway-rig.ts";
import { RawClient, sendChat, toRawChat } from "./raw-client.ts";

const STREAMS = 200;
const SLOW_SENDERS = 50;
const STRAGGLERS = 5;
const GRACE_MS = 2000;
const DEADLINE_MS = 3000;
/** What the end may take beyond that: last words, records, and the process itself. ms. */
const END_MS = 1000;
/** What other processes on this machine may take from it. ms. */
const BUSY_MS = 1000;

const MODELS = {
  // Three seconds: they end after the grace and before the deadline.
  chat: ["mock/tokens=60,gap=50"],
  short: ["mock/tokens=30,gap=50"],
  endless: ["mock/tokens=10000,gap=20"],
  long: ["mock/tokens=2000,tokenBytes=16000"],
};

let mock: MockUpstream;

beforeAll(async () => {
  mock = await startMockUpstream();
});

afterAll(() => mock.close());

async function start(drain: { graceMs: number; deadlineMs: number }): Promise<GatewayProcess> {
  mock.reset();
  const rig = await startGatewayProcess(MODELS, { upstreamUrl: mock.url, drain });
  onTestFinished(() => rig.close());
  return rig;
}

/** A stream that has begun. */
async function startStream(rig: GatewayProcess, model: string): Promise<RawClient> {
  const client = await sendChat(rig, streamOf(model));
  while (!client.bytes.includes("token_0")) await once(client.socket, "data");
  return client;
}

function startStreams(rig: GatewayProcess, model: string, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => startStream(rig, model)));
}

/** Clients that have sent a part of their headers, or of their body. */
function startSlowSenders(rig: GatewayProcess): Promise<RawClient[]> {
  const { head, body } = toRawChat(rig, streamOf("chat"));
  return Promise.all(
    Array.from({ length: SLOW_SENDERS }, async (_, index) => {
      const client = await RawClient.connect(rig);
      return client.send(index % 2 === 0 ? head.slice(0, -20) : head + body.slice(0, 20));
    }),
  );
}

async function countRecords(rig: GatewayProcess): Promise<Readonly<Record<string, number>>> {
  const { records } = await rig.store.usageReports.listUsage({});
  const counts: Record<string, number> = {};
  for (const { model, outcome, source } of records) {
    const row = `${model} ${outcome} ${source}`;
    counts[row] = (counts[row] ?? 0) + 1;
  }
  return counts;
}

test("200 streams end well, and slow senders do not hold up the end", async () => {
  const rig = await start({ graceMs: GRACE_MS, deadlineMs: DEADLINE_MS });
  const slow = await startSlowSenders(rig);
  const streams = await startStreams(rig, "chat", STREAMS);
  const startMs = performance.now();
  rig.kill("SIGTERM");
  // Within the grace, new requests are still taken, but not new ones on their connection.
  await eventually(async () =>
    expect((await fetch(`${rig.gateway.adminUrl}/readyz`)).status).toBe(503),
  );
  expect(performance.now() - startMs).toBeLessThan(BUSY_MS);
  const late = await startStream(rig, "chat");
  expect(late.answers[0]?.headers["connection"]).toBe("close");

  for (const stream of [...streams, late]) {
    const answer = await stream.answered();
    expect([answer.status, answer.isWhole]).toEqual([200, true]);
    expect(answer.body.match(/token_\d+/g)).toHaveLength(60);
    expect(answer.body.endsWith("data: [DONE]\n\n")).toBe(true);
  }
  expect(await rig.exited).toBe(0);
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeLessThan(GRACE_MS + DEADLINE_MS + END_MS + BUSY_MS);
  await Promise.all(slow.map(({ closed }) => closed));
  expect(mock.stats()).toMatchObject({ completed: STREAMS + 1, inFlight: 0, connections: 0 });
  expect(await countRecords(rig)).toEqual({
    "chat complete reported": STREAMS + 1,
    // Their key was valid, and they never said what they wanted.
    "null shutdown none": SLOW_SENDERS / 2,
  });
});

test("what is not done by the deadline is told so, also where nobody listens", async () => {
  const rig = await start({ graceMs: 0, deadlineMs: 1000 });
  const stragglers = await startStreams(rig, "endless", STRAGGLERS);
  const { head, body } = toRawChat(rig, streamOf("long"));
  const deaf = (await RawClient.connectDeaf(rig)).send(head, body);
  await eventually(() => expect(mock.stats().inFlight).toBe(STRAGGLERS + 1));
  const startMs = performance.now();
  rig.kill("SIGTERM");
  for (const straggler of stragglers) {
    const { status, body: text, isWhole } = await straggler.answered();
    expect([status, isWhole]).toEqual([200, false]);
    expect(text).not.toContain("[DONE]");
    const last = text.split("\n\n").at(-2) ?? "";
    expect(JSON.parse(last.slice("data: ".length))).toMatchObject({
      error: { type: "server_error", code: "shutting_down" },
    });
    expect(text.split(`"error"`)).toHaveLength(2);
  }
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(1000);
  expect(await rig.exited).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(1000 + END_MS + BUSY_MS);
  deaf.socket.destroy();
  expect(mock.stats()).toMatchObject({ clientAborts: STRAGGLERS + 1, inFlight: 0, connections: 0 });
  expect(await countRecords(rig)).toEqual({
    "endless shutdown estimated": STRAGGLERS,
    "long shutdown estimated": 1,
  });
});

test("a new request on a kept connection is refused in words", async () => {
  const rig = await start({ graceMs: 0, deadlineMs: DEADLINE_MS });
  const { head, body } = toRawChat(rig, streamOf("short"));
  const stream = await startStream(rig, "short");
  rig.kill("SIGTERM");
  // Nothing new is listened to: the drain has begun.
  await eventually(() => expect(RawClient.connect(rig)).rejects.toThrow("ECONNREFUSED"));
  stream.send(head, body);
  await stream.closed;
  const [first, second, ...more] = stream.answers;
  expect(more).toEqual([]);
  expect([first?.status, first?.isWhole, first?.body.includes("[DONE]")]).toEqual([
    200,
    true,
    true,
  ]);
  expect([second?.status, second?.isWhole]).toEqual([503, true]);
  expect(second?.headers).toMatchObject({ connection: "close", "retry-after": "1" });
  expect(JSON.parse(second?.body ?? "")).toMatchObject({ error: { code: "shutting_down" } });
  expect(await rig.exited).toBe(0);
  expect(mock.stats().requests).toBe(1);
  // Nobody had looked at the key of the second one.
  expect(await countRecords(rig)).toEqual({ "short complete reported": 1 });
});

/** A little more than what the gateway takes for one press, ms. */
const SAME_PRESS_MS = 400;

test("a second signal ends at once", async () => {
  const rig = await start({ graceMs: 0, deadlineMs: 60_000 });
  const stream = await startStream(rig, "endless");
  rig.kill("SIGTERM");
  await eventually(() => expect(RawClient.connect(rig)).rejects.toThrow("ECONNREFUSED"));
  // Two that come at once are one: npm passes on a Ctrl-C that the terminal has sent too.
  rig.kill("SIGTERM");
  await setTimeout(SAME_PRESS_MS);
  const startMs = performance.now();
  rig.kill("SIGTERM");
  expect(await rig.exited).toBe(128 + 15);
  expect(performance.now() - startMs).toBeLessThan(BUSY_MS);
  await stream.closed;
  expect(stream.answers[0]?.isWhole).toBe(false);
});
