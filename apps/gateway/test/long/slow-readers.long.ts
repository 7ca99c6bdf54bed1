/** Five hundred clients that never read, beside fifty that do: nothing piles up, and nobody else waits. */
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import type { EndlessUpstream } from "../endless-upstream.ts";
import { startEndlessUpstream } from "../endless-upstream.ts";
import { startGatewayProcess } from "../gateway-process.ts";
import type { GatewayProcess } from "../gateway-process.ts";
import { readMetric, readMetricBy, streamOf } from "../gateway-rig.ts";
import { RawClient, sendChat, toRawChat } from "../raw-client.ts";

const MB = 1e6;
const SLOW = 500;
const SLOW_BEFORE = 100;
const HEALTHY = 50;
const TOKENS = 50;
const GAP_MS = 20;
/** Long enough for all of them to be held at once, and for the healthy ones beside them. */
const CLIENT_STALL_MS = 2500;
/** What other processes on this machine may take from it. ms. */
const BUSY_MS = 2000;
/** Each of them may hold 100 kB; the rest is what the collector has not come to yet. */
const GROWTH_BYTES_MAX = 100 * MB;

const MODELS = { endless: ["fast"], chat: [`mock/tokens=${TOKENS},gap=${GAP_MS}`] };

/** The most memory that it held until the signal, bytes. */
async function watchMemory(rig: GatewayProcess, signal: AbortSignal): Promise<number> {
  let most = 0;
  while (!signal.aborted) {
    most = Math.max(most, await rig.readResidentBytes());
    await setTimeout(50);
  }
  return most;
}

/** @returns how long a whole stream took, ms. */
async function readStream(rig: GatewayProcess): Promise<number> {
  const startMs = performance.now();
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expect([answer.status, answer.isWhole]).toEqual([200, true]);
  expect(answer.body.match(/token_\d+/g)).toHaveLength(TOKENS);
  expect(answer.body.endsWith("data: [DONE]\n\n")).toBe(true);
  return performance.now() - startMs;
}

/** Resolves when each reader has been cut. @returns how long healthy streams took beside them, ms. */
async function stall(rig: Rig, count: number): Promise<readonly number[]> {
  const { head, body } = toRawChat(rig, streamOf("endless"));
  const connecting = Array.from({ length: count }, () => RawClient.connectDeaf(rig));
  const readers = await Promise.all(connecting);
  for (const reader of readers) reader.send(head, body);
  await eventually(() => {
    const streams = rig.endless.streams.slice(-count);
    // On a busy machine the first has been given up before the last is held back.
    const held = streams.filter((stream) => stream.writableNeedDrain || stream.destroyed);
    expect(held).toHaveLength(count);
  });
  const timesMs = await Promise.all(Array.from({ length: HEALTHY }, () => readStream(rig)));
  await eventually(async () =>
    expect(await readMetric(rig, "slipstream_inflight_requests")).toBe(0),
  );
  for (const { socket, closed } of readers) {
    socket.resume();
    await closed;
  }
  return timesMs;
}

interface Rig extends GatewayProcess {
  readonly endless: EndlessUpstream;
}

async function startRig(): Promise<Rig> {
  const mock = await startMockUpstream();
  const endless = await startEndlessUpstream();
  const rig = await startGatewayProcess(MODELS, {
    upstreamUrl: mock.url,
    providers: { fast: endless.url },
    deadlines: { clientStallMs: CLIENT_STALL_MS },
    // On a busy machine five hundred that come at once are an overload, which is another test's matter.
    limits: { loopDelayMs: 60_000 },
  });
  onTestFinished(async () => {
    await rig.close();
    endless.close();
    await mock.close();
  });
  return { ...rig, endless };
}

test("500 readers that never read", { timeout: 40_000 }, async () => {
  const rig = await startRig();
  // What the first of them need, Node's heap above all, is needed once.
  await stall(rig, SLOW_BEFORE);
  const before = await rig.readResidentBytes();
  const ended = new AbortController();
  const memory = watchMemory(rig, ended.signal);
  const timesMs = await stall(rig, SLOW);
  ended.abort();

  expect((await memory) - before).toBeLessThan(GROWTH_BYTES_MAX);
  expect(Math.max(...timesMs)).toBeLessThan(TOKENS * GAP_MS + BUSY_MS);
  expect(await readMetricBy(rig, "slipstream_requests_total", "outcome")).toEqual({
    client_too_slow: SLOW_BEFORE + SLOW,
    complete: 2 * HEALTHY,
  });
  expect(rig.endless.streams.filter((stream) => !stream.destroyed)).toEqual([]);
  await eventually(async () => {
    const { records } = await rig.store.usageReports.listUsage({});
    const outcomes = Object.groupBy(records, ({ outcome, source }) => `${outcome} ${source}`);
    expect(outcomes["client_too_slow estimated"]).toHaveLength(SLOW_BEFORE + SLOW);
    expect(outcomes["complete reported"]).toHaveLength(2 * HEALTHY);
  });
});
