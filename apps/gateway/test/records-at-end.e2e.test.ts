/** How a gateway ends whose store takes no records. */
import { DatabaseSync } from "node:sqlite";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import type { MockUpstream } from "@slipstream/mock-upstream/mock-server";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { END_MS_MAX } from "../src/drain.ts";
import { startGatewayProcess } from "./gateway-process.ts";
import type { GatewayProcess } from "./gateway-process.ts";
import { postChat } from "./gateway-rig.ts";

const REQUESTS = 20;
/** What other processes on this machine may take from the end, ms. */
const BUSY_MS = 1_000;

let mock: MockUpstream;

beforeAll(async () => {
  mock = await startMockUpstream();
});

afterAll(() => mock.close());

interface Locked {
  readonly rig: GatewayProcess;
  readonly unlock: () => void;
}

/** A gateway that has served, while somebody else holds its database. */
async function serveLocked(): Promise<Locked> {
  const rig = await startGatewayProcess(
    { chat: ["mock/tokens=1"] },
    { upstreamUrl: mock.url, drain: { graceMs: 0, deadlineMs: 500 } },
  );
  onTestFinished(() => rig.close());
  const other = new DatabaseSync(rig.storePath);
  onTestFinished(() => other.close());
  other.exec("begin exclusive");
  const body = { model: "chat", messages: [{ role: "user", content: "hi" }] };
  const answers = await Promise.all(Array.from({ length: REQUESTS }, () => postChat(rig, body)));
  expect(answers.map(({ status }) => status)).toEqual(Array(REQUESTS).fill(200));
  await Promise.all(answers.map((answer) => answer.text()));
  return { rig, unlock: () => other.exec("rollback") };
}

async function countRecords({ store }: GatewayProcess): Promise<number> {
  return (await store.usageReports.listUsage({})).records.length;
}

test("records that a locked store does not take in time are lost, which the exit code says", async () => {
  const { rig } = await serveLocked();
  const startMs = performance.now();
  rig.kill("SIGTERM");
  expect(await rig.exited).toBe(3);
  expect(performance.now() - startMs).toBeLessThan(END_MS_MAX + BUSY_MS);
  expect(await countRecords(rig)).toBe(0);
});

test("a store that is free again before the end gets all of them", async () => {
  const { rig, unlock } = await serveLocked();
  rig.kill("SIGTERM");
  await setTimeout(300);
  unlock();
  expect(await rig.exited).toBe(0);
  expect(await countRecords(rig)).toBe(REQUESTS);
});
