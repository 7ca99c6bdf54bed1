/** The same watch over every flood: what others are served before it, and while it comes. */
import { setTimeout as sleep } from "node:timers/promises";
import { nowMs } from "@slipstream/mock-upstream/monotonic-clock";
import { expect, onTestFinished } from "vitest";
import type { RigModels } from "../rig-config.ts";
import type { FloodPlan, FloodProgram } from "./flood-plan.ts";
import { startProgram } from "./program.ts";
import { percentile, say, toMegabytes } from "./say.ts";
import type { Siege } from "./siege.ts";
import type { WatchPlan, WatchProgram, WatchResult, WatchedRequest } from "./watch-plan.ts";

const BEFORE_MS = 6000;
/** Until a flood has risen. */
const RISING_MS = 1000;
const DURING_MS = 12_000;
/** After a revocation, for requests that must not be served any more. */
const REVOKED_MS = 3000;
const STREAMS = 30;

const SLOWER_MAX = 3;
const REVOKE_MS_MAX = 1000;
const MEMORY_RATIO_MAX = 2;

/** Models that a siege must have for it: `chat`, which answers at once, and `stream`, for two minutes. */
export const WATCHED_MODELS: RigModels = {
  chat: ["mock/tokens=3"],
  stream: ["mock/tokens=2400,gap=50"],
};

export async function withstand(
  siege: Siege,
  name: string,
  flood: (siege: Siege) => Promise<FloodPlan> | FloodPlan,
): Promise<void> {
  const steady = await siege.createKey("known");
  const revocable = await siege.createKey("leaving");
  const streaming = await siege.createKey("streaming");
  const plan: WatchPlan = {
    port: siege.port,
    adminPort: siege.adminPort,
    steady: { key: steady.key, model: "chat" },
    revocable: { key: revocable.key, model: "chat" },
    streams: { key: streaming.key, model: "stream" },
    streamCount: STREAMS,
  };
  const watcher = await startProgram<WatchProgram>("watcher", plan);
  onTestFinished(() => watcher.kill());

  const before = await spend(siege, () => sleep(BEFORE_MS));
  const flooding = await startProgram<FloodProgram>("flood", await flood(siege), {
    givesWay: true,
  });
  onTestFinished(() => flooding.kill());
  await sleep(RISING_MS);
  let revokedMs = Infinity;
  const during = await spend(siege, async () => {
    const endMs = nowMs() + DURING_MS;
    await siege.revokeKey(revocable.keyId);
    revokedMs = nowMs();
    await sleep(Math.max(REVOKED_MS, endMs - nowMs()));
  });
  const watched = await watcher.stop();
  const { statuses, opened } = await flooding.stop();
  flooding.kill();
  say(`${name}: ${JSON.stringify(statuses)} on ${opened} connections`);
  judge({ name, before, during, revokedMs, watched });
}

interface Phase {
  readonly fromMs: number;
  readonly toMs: number;
  readonly peakBytes: number;
}

async function spend(siege: Siege, act: () => Promise<unknown>): Promise<Phase> {
  const fromMs = nowMs();
  let peakBytes = 0;
  const look = (): void => void (peakBytes = Math.max(peakBytes, siege.readResidentBytes()));
  const timer = setInterval(look, 100);
  try {
    await act();
  } finally {
    clearInterval(timer);
  }
  return { fromMs, toMs: nowMs(), peakBytes };
}

interface Evidence {
  readonly name: string;
  readonly before: Phase;
  readonly during: Phase;
  readonly revokedMs: number;
  readonly watched: WatchResult;
}

function judge({ before, during, revokedMs, watched }: Evidence): void {
  const p99Before = percentile(toTimesMs(watched.steady, before), 0.99);
  const p99During = percentile(toTimesMs(watched.steady, during), 0.99);
  const servedAfter = watched.revocable
    .filter(({ status, dueMs }) => status === 200 && dueMs >= revokedMs)
    .map(({ dueMs }) => dueMs - revokedMs);
  const refused = watched.revocable.filter(({ status }) => status === 401);
  const probes = within(watched.probes, during);
  const notReady = probes.filter(({ status }) => status !== 200);
  const failed = within(watched.steady, during).filter(({ status }) => status !== 200);
  say(
    `p99 ${p99Before.toFixed(1)} ms, in the flood ${p99During.toFixed(1)} ms (${failed.length} not served); ` +
      `revoked key served until ${Math.round(Math.max(0, ...servedAfter))} ms after, refused ${refused.length} times; ` +
      `not ready ${notReady.length} of ${probes.length}; ${watched.cutStreams.length} of ${STREAMS} streams cut; ` +
      `${toMegabytes(before.peakBytes)}, in the flood ${toMegabytes(during.peakBytes)}`,
  );
  expect.soft(p99During / p99Before, "p99 of a known client").toBeLessThanOrEqual(SLOWER_MAX);
  expect.soft(Math.max(0, ...servedAfter), "revocation").toBeLessThanOrEqual(REVOKE_MS_MAX);
  expect.soft(refused.length, "refusals of the revoked key").toBeGreaterThan(0);
  expect.soft(notReady.length, "probes that were not answered with 200").toBe(0);
  expect.soft(watched.cutStreams, "streams that were cut").toEqual([]);
  expect.soft(during.peakBytes / before.peakBytes, "memory").toBeLessThanOrEqual(MEMORY_RATIO_MAX);
}

function within(requests: readonly WatchedRequest[], { fromMs, toMs }: Phase): WatchedRequest[] {
  return requests.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs - LAST_MS);
}

/** Those that were due a moment before the end may not be answered yet. */
const LAST_MS = 500;

/** From when each was due until it was answered; for ever, if it was not served. */
function toTimesMs(requests: readonly WatchedRequest[], phase: Phase): readonly number[] {
  return within(requests, phase).map(({ status, dueMs, endedMs }) =>
    status === 200 && endedMs !== undefined ? endedMs - dueMs : Infinity,
  );
}
