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
const REQUESTS = 20_000;
/** Before: what every kind needs once, compiled code above all. */
const FIRST_REQUESTS = 6000;
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
  readonly clientSockets: number;
}

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
    clientSockets: await readMetric(siege, "slipstream_open_sockets", { side: "client" }),
  };
}

test(`${REQUESTS} requests of every kind`, { timeout: 300_000 }, async () => {
  const seed = takeSeed();
  const mock = await startMockProcess();
  onTestFinished(() => mock.close());
  const siege = await besiege(MIXED_MODELS, {
    upstreamUrl: mock.url,
    nodeWords: ["--import", join(import.meta.dirname, "collect-on-signal.ts")],
  });
  const shared = { parallel: PARALLEL, seed };
  const first = await soak(siege, { ...shared, firstNumber: 0, requests: FIRST_REQUESTS });
  const before = await lookAround(siege);
  const second = await soak(siege, { ...shared, firstNumber: FIRST_REQUESTS, requests: REQUESTS });
  const after = await lookAround(siege);

  const database = readUsageDatabase(siege.databasePath);
  const accountable = [...first.accountable, ...second.accountable];
  const unrecorded = accountable.filter((number) => !database.outcomes.has(number));
  say(`${JSON.stringify(second.countByKind)}; ${unrecorded.length} without a record`);
  say(
    `heap ${toMegabytes(before.heapBytes)}, after ${toMegabytes(after.heapBytes)} ` +
      `(${after.heapBytes - before.heapBytes} bytes more); files ${before.openFiles}, after ${after.openFiles}`,
  );
  expect.soft(unrecorded, "requests without a record").toEqual([]);
  expect.soft(database.outcomes.size + database.others, "records").toBe(accountable.length);
  expect.soft(database.doubled, "requests with two records").toBe(0);
  expect
    .soft(await readMetric(siege, "slipstream_usage_records_total"), "records that were counted")
    .toBe(accountable.length);
  expect.soft(after.heapBytes - before.heapBytes).toBeLessThan(HEAP_GROWTH_MAX);
  expect.soft(after.openFiles - before.openFiles).toBeLessThan(OPEN_FILES_GROWTH_MAX);
});
