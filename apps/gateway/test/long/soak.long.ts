/** After twenty thousand requests of every kind nothing is left of them but their records. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import { readMetric } from "../gateway-rig.ts";
import { startMockProcess } from "../mock-process.ts";
import { MIXED_MODELS } from "./mixed-plan.ts";
import type { MixedPlan, MixedProgram, MixedResult } from "./mixed-plan.ts";
import { startProgram } from "./program.ts";
import { say, toMegabytes } from "./say.ts";
import { takeSeed } from "./seeded-random.ts";
import { besiege } from "./siege.ts";
import type { Siege } from "./siege.ts";
import { readUsageDatabase } from "./usage-database.ts";

const MB = 1e6;
const ROUND_REQUESTS = 5000;
/** Before: what every kind needs once, compiled code above all, of which V8 drops a part after a while. */
const FIRST_ROUNDS = 3;
const ROUNDS = 4;
const REQUESTS = ROUNDS * ROUND_REQUESTS;
const PARALLEL = 50;
/** 100 bytes for each request; what is kept of all of them would be far more. */
const HEAP_GROWTH_MAX = 2 * MB;
/** Connections to the upstream stay open for a while, and how many are needed at once differs a little. */
const OPEN_FILES_GROWTH_MAX = 10;
/** One collection leaves things to the next, such as code that has not been used for a while. */
const COLLECTIONS = 10;
const COLLECT_MS = 300;

interface Left {
  readonly heapBytes: number;
  readonly openFiles: number;
}

/** Fails whatever it is compared with. */
const UNKNOWN: Left = { heapBytes: Number.NaN, openFiles: Number.NaN };

async function soak(siege: Siege, more: Omit<MixedPlan, "port" | "key">): Promise<MixedResult> {
  const { port, key } = siege;
  const clients = await startProgram<MixedProgram>("mixed-clients", { port, key, ...more });
  onTestFinished(() => clients.kill());
  return clients.result;
}

/** What there is when nothing is going on. */
async function lookAround(siege: Siege): Promise<Left> {
  await eventually(async () => {
    expect(await readMetric(siege, "slipstream_inflight_requests")).toBe(0);
    expect(await readMetric(siege, "slipstream_usage_records_waiting")).toBe(0);
    expect(await readMetric(siege, "slipstream_open_sockets", { side: "client" })).toBe(0);
  });
  for (let collection = 0; collection < COLLECTIONS; collection++) {
    siege.kill("SIGUSR2");
    await sleep(COLLECT_MS);
  }
  return {
    heapBytes: await readMetric(siege, "nodejs_heap_size_used_bytes"),
    openFiles: siege.countOpenFiles(),
  };
}

test(`${REQUESTS} requests of every kind`, { timeout: 400_000 }, async () => {
  const seed = takeSeed();
  const mock = await startMockProcess();
  onTestFinished(() => mock.close());
  const siege = await besiege(MIXED_MODELS, {
    upstreamUrl: mock.url,
    nodeWords: ["--import", join(import.meta.dirname, "collect-on-signal.ts")],
  });
  const accountable: number[] = [];
  const left: Left[] = [];
  for (let round = 0; round < FIRST_ROUNDS + ROUNDS; round++) {
    const requests = ROUND_REQUESTS;
    const firstNumber = round * requests;
    const seen = await soak(siege, {
      parallel: PARALLEL,
      seed: seed + round,
      firstNumber,
      requests,
    });
    accountable.push(...seen.accountable);
    left.push(await lookAround(siege));
    const { heapBytes, openFiles } = left.at(-1) ?? UNKNOWN;
    say(`heap ${toMegabytes(heapBytes)}, files ${openFiles} ${JSON.stringify(seen.countByKind)}`);
  }
  const before = left.slice(0, FIRST_ROUNDS);
  const after = left.at(-1) ?? UNKNOWN;

  const database = readUsageDatabase(siege.databasePath);
  const unrecorded = accountable.filter((number) => !database.outcomes.has(number));
  say(`${accountable.length} accountable requests, ${unrecorded.length} without a record`);
  expect.soft(unrecorded, "requests without a record").toEqual([]);
  expect.soft(database.outcomes.size + database.others, "records").toBe(accountable.length);
  expect.soft(database.doubled, "requests with two records").toBe(0);
  expect
    .soft(await readMetric(siege, "slipstream_usage_records_total"), "records that were counted")
    .toBe(accountable.length);
  expect
    .soft(after.heapBytes - Math.min(...before.map(({ heapBytes }) => heapBytes)))
    .toBeLessThan(HEAP_GROWTH_MAX);
  expect
    .soft(after.openFiles - Math.max(...before.map(({ openFiles }) => openFiles)))
    .toBeLessThan(OPEN_FILES_GROWTH_MAX);
});
