/** kill -9, again and again, at full speed: what was answered is written down a moment later. */
import { setTimeout as sleep } from "node:timers/promises";
import { nowMs } from "@slipstream/mock-upstream/monotonic-clock";
import { expect, onTestFinished, test } from "vitest";
import { startMockProcess } from "../mock-process.ts";
import type { LoadProgram } from "./load-plan.ts";
import { startProgram } from "./program.ts";
import { findUnrecorded } from "./reconcile.ts";
import { percentile, say } from "./say.ts";
import { SeededRandom, takeSeed } from "./seeded-random.ts";
import { besiege } from "./siege.ts";
import { readUsageDatabase } from "./usage-database.ts";

/** How often it is killed, how many ask in closed loops, and for how long before each kill. */
interface Killing {
  readonly kills: number;
  readonly clients: number;
  readonly trafficMsMin: number;
  readonly trafficMsMax: number;
}

/** More kills than usual, however long they take: `LONG_KILLS=1000`. */
const ASKED_KILLS = Number(process.env["LONG_KILLS"] ?? 0);
/** Else there are as many as fit: a busy machine takes several seconds for a start. ms. */
const KILLING_MS_MAX = ASKED_KILLS > 0 ? 3_600_000 : 360_000;
/** The share of kills that must have fitted. */
const KILLS_SHARE_MIN = 0.25;

const KILLINGS: readonly Killing[] = [
  { kills: ASKED_KILLS || 200, clients: 64, trafficMsMin: 350, trafficMsMax: 550 },
  // Long enough for records to pile up, if they are written more slowly than they are made.
  { kills: 10, clients: 512, trafficMsMin: 3000, trafficMsMax: 5000 },
];

/** What may be lost: the records of the last moment before a kill. ms. */
const LOST_AGE_MS_MAX = 250;

/** One life of the process. Times are on the clock of `nowMs`. */
interface Life {
  /** Somewhere between the end of the one before and its own first answer. */
  readonly begunMs: number;
  readonly killedMs: number;
}

const TIMES = { timeout: KILLING_MS_MAX + 120_000 };

test.each(KILLINGS)("$kills kills, $clients clients", TIMES, async (killing) => {
  const { clients: clientCount, trafficMsMin, trafficMsMax } = killing;
  const random = new SeededRandom(takeSeed());
  const mock = await startMockProcess();
  onTestFinished(() => mock.close());
  const siege = await besiege({ small: ["mock/tokens=3"] }, { upstreamUrl: mock.url });
  const { port, key } = siege;
  const clients = await startProgram<LoadProgram>("load", {
    port,
    key,
    model: "small",
    firstNumber: 1,
    shape: { type: "closed", clients: clientCount },
  });
  onTestFinished(() => clients.kill());

  const lives: Life[] = [];
  const startsMs: number[] = [];
  let begunMs = nowMs();
  const endMs = nowMs() + KILLING_MS_MAX;
  while (lives.length < killing.kills && nowMs() < endMs) {
    await sleep(trafficMsMin + random.below(trafficMsMax - trafficMsMin));
    lives.push({ begunMs, killedMs: nowMs() });
    siege.kill("SIGKILL");
    await siege.ended();
    const endedMs = nowMs();
    await siege.startAgain();
    const readyMs = nowMs();
    startsMs.push(readyMs - endedMs);
    begunMs = (endedMs + readyMs) / 2;
  }
  const kills = lives.length;
  // The last life ends well.
  lives.push({ begunMs, killedMs: Infinity });
  const result = await clients.stop();
  siege.kill("SIGTERM");
  expect(await siege.ended()).toBe(0);

  const database = readUsageDatabase(siege.databasePath);
  const lost = findUnrecorded(result, database);
  const agesMs = lost.map((atMs) => toAgeMs(atMs, lives));
  const { complete } = result.counts;
  say(
    `${kills} kills, ${complete} complete answers, ${lost.length} without a record; a start takes ` +
      `${Math.round(percentile(startsMs, 0.5))} ms`,
  );
  const shares = [0, 0.5, 0.9, 0.99, 1].map((share) => Math.round(percentile(agesMs, share)));
  say(`ages of the lost, ms: least, median, p90, p99, most: ${shares.join(", ")}`);

  expect(kills / killing.kills).toBeGreaterThanOrEqual(KILLS_SHARE_MIN);
  expect(complete / kills, "answers between two kills").toBeGreaterThan(clientCount);
  expect.soft(agesMs.filter((ageMs) => ageMs > LOST_AGE_MS_MAX).length, "lost too old").toBe(0);
  expect.soft(database.doubled, "requests with two records").toBe(0);
  expect.soft(database.integrity).toBe("ok");
});

/** @returns how long before the kill of its life an answer was whole; `Infinity` where there was no kill. */
function toAgeMs(atMs: number, lives: readonly Life[]): number {
  const life = lives.findLast(({ begunMs }) => begunMs <= atMs);
  return life === undefined ? Infinity : life.killedMs - atMs;
}
