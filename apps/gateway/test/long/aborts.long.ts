/** Two thousand clients that leave, at random phases and in every way: what it costs the upstream. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { RequestRecord } from "@slipstream/mock-upstream/journal";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import type { MockUpstream } from "@slipstream/mock-upstream/mock-server";
import { nowMs } from "@slipstream/mock-upstream/monotonic-clock";
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startGatewayProcess } from "../gateway-process.ts";
import type { GatewayProcess } from "../gateway-process.ts";
import { readMetric, readMetricBy, streamOf } from "../gateway-rig.ts";
import { LEAVINGS, RawClient, sendChat, toRawChat } from "../raw-client.ts";
import type { Leaving } from "../raw-client.ts";
import { SeededRandom, takeSeed } from "./seeded-random.ts";

const random = new SeededRandom(takeSeed());

/** A report of usage lists no more than a thousand, and the mock remembers no more. */
const WAVES = 4;
const WAVE = 500;
/** More than that measures how two busy processes share two cores. */
const CONCURRENT = 5;
/** From the client's leaving to the upstream's seeing it, 99 of 100. ms. */
const ABORT_MS_P99 = 50;
const ABORT_MS_MAX = 250;

const PHASES = ["headers", "body", "waiting", "streaming", "done"] as const;
type Phase = (typeof PHASES)[number];

const MODELS = {
  silent: ["mock/answer=hang"],
  // The role comes at once.
  late: ["mock/ttft=60000"],
  chat: ["mock/tokens=10000,gap=5"],
  short: ["mock/tokens=3"],
};

interface Leaver {
  readonly requestId: string;
  readonly phase: Phase;
  readonly how: Leaving;
  readonly leftAtMs: number;
}

let mock: MockUpstream;
let rig: GatewayProcess;

beforeAll(async () => {
  mock = await startMockUpstream();
  rig = await startGatewayProcess(MODELS, { upstreamUrl: mock.url });
  // From here on the key is known, and nobody waits for the store.
  await (await sendChat(rig, streamOf("short"))).answered();
});

afterAll(async () => {
  await rig.close();
  await mock.close();
});

function below(limit: number): number {
  return random.below(limit);
}

function pick<T>(items: readonly [T, ...T[]]): T {
  return items[below(items.length)] ?? items[0];
}

/** Goes as far as it is told, and leaves. */
async function comeAndLeave(phase: Phase, how: Leaving): Promise<Leaver> {
  const requestId = randomUUID();
  const client = await RawClient.connect(rig);
  await goTo(phase, client, requestId);
  const leftAtMs = nowMs();
  client.leave(how);
  await client.closed;
  return { requestId, phase, how, leftAtMs };
}

async function goTo(phase: Phase, client: RawClient, requestId: string): Promise<void> {
  const send = (
    model: keyof typeof MODELS,
    share: (head: string, body: string) => string,
  ): void => {
    const { head, body } = toRawChat(rig, streamOf(model), { "x-request-id": requestId });
    client.send(share(head, body));
  };
  switch (phase) {
    case "headers":
      send("chat", (head) => head.slice(0, 1 + below(head.length - 1)));
      return setTimeout(below(10));
    case "body":
      send("chat", (head, body) => head + body.slice(0, below(body.length)));
      return setTimeout(below(10));
    case "waiting":
      send(pick(["silent", "late"]), (head, body) => head + body);
      return setTimeout(below(20));
    case "streaming":
      send("chat", (head, body) => head + body);
      for (let frames = 1 + below(10); frames > 0; frames--) await once(client.socket, "data");
      return;
    case "done":
      send("short", (head, body) => head + body);
      await client.answered();
  }
}

/** @returns everybody who has left. */
async function runWave(): Promise<readonly Leaver[]> {
  const leavers: Leaver[] = [];
  let begun = 0;
  const lanes = Array.from({ length: CONCURRENT }, async () => {
    while (begun++ < WAVE) leavers.push(await comeAndLeave(pick(PHASES), pick(LEAVINGS)));
  });
  await Promise.all(lanes);
  await eventually(async () => {
    expect(mock.stats().inFlight).toBe(0);
    expect(await readMetric(rig, "slipstream_inflight_requests")).toBe(0);
  });
  return leavers;
}

/** What each of them has cost, by the id of its request. */
async function readRecords(
  sinceEpochMs: number,
  count: number,
): Promise<ReadonlyMap<string, string>> {
  const records = await eventually(async () => {
    const list = await rig.store.usageReports.listUsage({ sinceEpochMs });
    expect(list.records.length).toBeGreaterThanOrEqual(count);
    return list.records;
  });
  expect(records).toHaveLength(count);
  const byId = new Map(records.map((record) => [record.requestId, record.outcome]));
  expect(byId.size).toBe(count);
  return byId;
}

function checkOutcome(leaver: Leaver, sent: RequestRecord | undefined, outcome?: string): void {
  const { phase } = leaver;
  if (phase === "headers") expect([sent, outcome]).toEqual([undefined, undefined]);
  if (phase === "body") expect(sent).toBe(undefined);
  if (phase === "streaming") expect(sent).toBeDefined();
  if (phase === "done") expect([sent?.outcome, outcome]).toEqual(["complete", "complete"]);
  else if (sent !== undefined)
    expect([sent.outcome, outcome]).toEqual(["client_abort", "client_abort"]);
}

test("2,000 clients leave: each upstream hears of it, and each request is counted once", async () => {
  const abortsMs: number[] = [];
  let counted = await readMetricBy(rig, "slipstream_requests_total", "outcome");
  for (let wave = 0; wave < WAVES; wave++) {
    mock.reset();
    const sinceEpochMs = Date.now();
    const leavers = await runWave();
    const sent = new Map(mock.stats().recent.map((record) => [record.requestId, record]));
    const before = counted;
    counted = await readMetricBy(rig, "slipstream_requests_total", "outcome");
    const ended = sum(counted) - sum(before);
    const outcomes = await readRecords(sinceEpochMs, ended);
    for (const leaver of leavers) {
      const record = sent.get(leaver.requestId);
      checkOutcome(leaver, record, outcomes.get(leaver.requestId));
      if (record?.outcome !== "client_abort") continue;
      abortsMs.push((record.endedAtMs ?? NaN) - leaver.leftAtMs);
    }
  }
  expect(Object.keys(counted).toSorted()).toEqual(["client_abort", "complete"]);
  abortsMs.sort((a, b) => a - b);
  expect(abortsMs.length).toBeGreaterThan((WAVES * WAVE) / 4);
  expect(abortsMs[Math.ceil(0.99 * abortsMs.length) - 1]).toBeLessThanOrEqual(ABORT_MS_P99);
  expect(abortsMs.at(-1)).toBeLessThanOrEqual(ABORT_MS_MAX);
  // What is left are connections that wait for the next request, which they do for four seconds.
  await eventually(() => expect(mock.stats().connections).toBe(0));
}, 45_000);

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
