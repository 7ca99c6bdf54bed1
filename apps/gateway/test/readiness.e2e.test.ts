/** What `/readyz` says, and what clients get, when something is wrong with the store. */
import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { createApiKey } from "@slipstream/auth/api-key";
import { LOOK_UP_DEADLINE_MS } from "@slipstream/auth/look-ups";
import { eventually } from "@slipstream/testkit/eventually";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { readMetric, startRig } from "./gateway-rig.ts";
import type { GatewayRig } from "./gateway-rig.ts";

const PROBES = 50;

let rig: GatewayRig;

beforeEach(async () => {
  rig = await startRig({ chat: ["mock/tokens=1"] });
});

afterEach(() => rig.close());

async function readiness(): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${rig.gateway.adminUrl}/readyz`);
  return { status: answer.status, body: await answer.json() };
}

async function listModels(key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`${rig.gateway.baseUrl}/models`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

/** Nothing gets to the threads of the stores any more, until it is let go of. */
function hangStores(): () => void {
  const held: (() => void)[] = [];
  const posting = vi.spyOn(Worker.prototype, "postMessage");
  posting.mockImplementation(function hold(this: Worker, ...message): void {
    held.push(() => this.postMessage(...message));
  });
  const letGo = () => {
    posting.mockRestore();
    for (const post of held.splice(0)) post();
  };
  onTestFinished(letGo);
  return letGo;
}

test("a gateway that is well says so", async () => {
  expect(await readiness()).toEqual({ status: 200, body: { status: "ready", problems: [] } });
  expect(await readMetric(rig, "slipstream_store_failing")).toBe(0);
});

test("a database that is deleted makes it not ready, and says what is wrong", async () => {
  rmSync(rig.storeUrl.slice("sqlite:".length));
  await eventually(async () =>
    expect(await readiness()).toEqual({
      status: 503,
      body: { status: "not ready", problems: ["store: its file is not where it was"] },
    }),
  );
  expect(await readMetric(rig, "slipstream_store_failing", { check: "file" })).toBe(1);
  expect(await readMetric(rig, "slipstream_store_failing")).toBe(1);
});

test("a store that hangs keeps no probe waiting, and is the gateway's fault for clients", async () => {
  expect(await listModels(rig.key)).toBe(200);
  const letGo = hangStores();
  const startMs = performance.now();
  const answers = await Promise.all(Array.from({ length: PROBES }, readiness));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await listModels(rig.key)).toBe(200);

  const answer = await fetch(`${rig.gateway.baseUrl}/models`, {
    headers: { authorization: `Bearer ${createApiKey()}` },
  });
  expect(performance.now() - startMs).toBeGreaterThan(LOOK_UP_DEADLINE_MS);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ error: { code: "auth_unavailable" } });
  letGo();
});
