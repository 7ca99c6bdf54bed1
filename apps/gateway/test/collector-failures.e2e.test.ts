/** A collector that is slow, refuses, hangs or dies costs spans and nothing else. */
import { setTimeout } from "node:timers/promises";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import { FakeCollector } from "./fake-collector.ts";
import type { CollectorMood } from "./fake-collector.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import { postChat, readMetric, startRig, streamOf } from "./gateway-rig.ts";
import type { Callable, GatewayRig } from "./gateway-rig.ts";

const MODELS = { chat: ["mock/tokens=20,gap=2"] };
const REQUESTS = 40;
/** Many times what such a stream takes, and less than anything that waits for a collector. ms. */
const SLOW_MS = 1_500;
/** What the end may wait for the last spans, and what other processes may take from it. ms. */
const END_MS = 2_000 + 1_500;

async function startCollector(mood: CollectorMood): Promise<FakeCollector> {
  const collector = await FakeCollector.start();
  collector.mood = mood;
  onTestFinished(() => collector.close());
  return collector;
}

/** @returns how long the slowest of many streams took, ms. */
async function streamMany(rig: Callable): Promise<number> {
  const durations = await Promise.all(
    Array.from({ length: REQUESTS }, async () => {
      const startMs = performance.now();
      const text = await (await postChat(rig, streamOf("chat"))).text();
      expect(text.match(/token_\d+/g)).toHaveLength(20);
      expect(text).toContain("[DONE]");
      return performance.now() - startMs;
    }),
  );
  return Math.max(...durations);
}

function countLostSpans(rig: Callable): Promise<number> {
  return readMetric(rig, "slipstream_telemetry_losses_total", { kind: "span" });
}

async function closeInTime(rig: GatewayRig): Promise<void> {
  const startMs = performance.now();
  await rig.close();
  expect(performance.now() - startMs).toBeLessThan(END_MS);
}

test.each<CollectorMood>(["refuses", "hangs", "drips"])("a collector that %s", async (mood) => {
  const collector = await startCollector(mood);
  const { endpoint } = collector;
  const rig = await startRig(MODELS, { tracing: { endpoint, sampleRatio: 1 } });
  expect(await streamMany(rig)).toBeLessThan(SLOW_MS);
  // One that has begun a good answer has taken them, however that goes on.
  if (mood !== "drips") {
    await eventually(async () => expect(await countLostSpans(rig)).toBeGreaterThan(0));
  }
  // When it is well again it gets what comes then.
  collector.mood = "answers";
  const before = collector.spans.length;
  await streamMany(rig);
  await eventually(() => expect(collector.spans.length).toBeGreaterThan(before + REQUESTS));
  collector.mood = mood;
  expect(await streamMany(rig)).toBeLessThan(SLOW_MS);
  await closeInTime(rig);
});

test("a collector that is not there", async () => {
  const rig = await startRig(MODELS, {
    tracing: { endpoint: "http://127.0.0.1:1", sampleRatio: 1 },
  });
  expect(await streamMany(rig)).toBeLessThan(SLOW_MS);
  await eventually(async () => expect(await countLostSpans(rig)).toBeGreaterThan(0));
  expect(await streamMany(rig)).toBeLessThan(SLOW_MS);
  await closeInTime(rig);
});

test("a collector that dies while spans are on their way", async () => {
  const collector = await FakeCollector.start();
  const rig = await startRig(MODELS, {
    tracing: { endpoint: collector.endpoint, sampleRatio: 1 },
  });
  const streams = streamMany(rig);
  await setTimeout(20);
  await collector.close();
  expect(await streams).toBeLessThan(SLOW_MS);
  await streamMany(rig);
  await rig.close();
});

test("a process ends in time with a collector that never answers, and sends what it has to one that does", async () => {
  const mock = await startMockUpstream();
  onTestFinished(() => mock.close());
  for (const mood of ["hangs", "answers"] as const) {
    const collector = await startCollector(mood);
    const rig = await startGatewayProcess(MODELS, {
      upstreamUrl: mock.url,
      tracing: { endpoint: collector.endpoint, sampleRatio: 1 },
      drain: { graceMs: 0, deadlineMs: 1_000 },
    });
    onTestFinished(() => rig.close());
    await streamMany(rig);
    const startMs = performance.now();
    rig.kill("SIGTERM");
    expect(await rig.exited).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(1_000 + END_MS);
    if (mood === "answers") expect(collector.spans).toHaveLength(3 * REQUESTS);
  }
});
