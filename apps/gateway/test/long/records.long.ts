/** Every answer that was served has its usage record, also where more is asked than can be served. */
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import { readMetric } from "../gateway-rig.ts";
import { startMockProcess } from "../mock-process.ts";
import type { LoadPlan, LoadProgram, LoadResult } from "./load-plan.ts";
import { startProgram } from "./program.ts";
import { findUnrecorded } from "./reconcile.ts";
import { percentile, say, toMegabytes } from "./say.ts";
import { besiege } from "./siege.ts";
import type { Siege } from "./siege.ts";
import { readUsageDatabase } from "./usage-database.ts";

const MB = 1e6;
const PART_MS = 60_000;
const CLIENTS = 512;
const OVERLOAD = 3;
/** More than the gateway holds at once, and fewer than this machine has file descriptors. */
const CONNECTIONS_MAX = 6000;
const GOODPUT_SHARE_MIN = 0.9;
const MEMORY_RATIO_MAX = 2;
const MEMORY_BYTES_MAX = 700 * MB;
const SECOND_PART_NUMBER = 100_000_000;

interface Part extends LoadResult {
  readonly peakBytes: number;
  /** Complete answers, of the median second. */
  readonly perSecond: number;
}

async function load(siege: Siege, plan: Pick<LoadPlan, "firstNumber" | "shape">): Promise<Part> {
  const { port, key } = siege;
  const program = await startProgram<LoadProgram>("load", {
    port,
    key,
    model: "small",
    ...plan,
  });
  onTestFinished(() => program.kill());
  let peakBytes = 0;
  for (const endMs = performance.now() + PART_MS; performance.now() < endMs;) {
    peakBytes = Math.max(peakBytes, siege.readResidentBytes());
    await sleep(100);
  }
  const result = await program.stop();
  // The first second opens connections, the last one is not whole.
  const perSecond = percentile(result.completePerSecond.slice(1, -1), 0.5);
  const asked = percentile(result.sentPerSecond.slice(1, -1), 0.5);
  say(
    `${plan.shape.type} loop: ${perSecond}/s complete of ${asked}/s asked, peak ${toMegabytes(peakBytes)}, ` +
      `${JSON.stringify(result.counts)}, ${result.notSent} found no connection, ${JSON.stringify(result.others)}`,
  );
  return { ...result, peakBytes, perSecond };
}

test(
  "512 clients in a closed loop, then three times as many requests as can be served",
  { timeout: 240_000 },
  async () => {
    const mock = await startMockProcess();
    onTestFinished(() => mock.close());
    const siege = await besiege({ small: ["mock/tokens=3"] }, { upstreamUrl: mock.url });
    const closed = await load(siege, {
      firstNumber: 1,
      shape: { type: "closed", clients: CLIENTS },
    });
    const requestsPerSecond = OVERLOAD * closed.perSecond;
    const open = await load(siege, {
      firstNumber: SECOND_PART_NUMBER,
      shape: { type: "open", requestsPerSecond, connectionsMax: CONNECTIONS_MAX },
    });
    await eventually(async () =>
      expect(await readMetric(siege, "slipstream_usage_records_waiting")).toBe(0),
    );
    const losses = await readMetric(siege, "slipstream_telemetry_losses_total", {
      kind: "usage_record",
    });
    const blamed = await readMetric(siege, "slipstream_errors_total", { blame: "upstream" });
    const database = readUsageDatabase(siege.databasePath);
    const served = closed.counts.complete + open.counts.complete;
    const { completed } = await mock.stats();
    const billed = [...database.outcomes.values()].filter((outcome) => outcome === "complete");
    const lost = findUnrecorded(closed, database).length + findUnrecorded(open, database).length;
    say(`${served} complete answers, ${lost} without a record; counted as lost: ${losses}`);

    expect
      .soft(closed.counts.complete, "all of a closed loop are served")
      .toBe(closed.fates.length);
    expect.soft(lost, "answers without a record").toBe(0);
    expect.soft(database.doubled, "requests with two records").toBe(0);
    expect.soft(billed.length, "records of whole answers").toBeLessThanOrEqual(completed);
    expect.soft(losses, "records counted as lost").toBe(0);
    expect.soft(blamed, "errors blamed on upstreams").toBe(0);
    const { other, lost: cut, unanswered } = open.counts;
    expect.soft(other + cut + unanswered, "neither served nor told to come again").toBe(0);
    expect
      .soft(open.perSecond / closed.perSecond, "goodput under three times the load")
      .toBeGreaterThanOrEqual(GOODPUT_SHARE_MIN);
    expect.soft(open.peakBytes).toBeLessThanOrEqual(MEMORY_RATIO_MAX * closed.peakBytes);
    expect.soft(Math.max(open.peakBytes, closed.peakBytes)).toBeLessThanOrEqual(MEMORY_BYTES_MAX);
    const asked = percentile(open.sentPerSecond.slice(1, -1), 0.5);
    expect
      .soft(asked + open.notSent / (PART_MS / 1000), "what the load was to ask for")
      .toBeGreaterThan(0.9 * requestsPerSecond);
  },
);
