/** Faults before there is a connection to the upstream. */
import { performance } from "node:perf_hooks";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import { sendChat } from "../raw-client.ts";
import { countConnecting, startBlackHole } from "./black-hole.ts";
import {
  LATE_MS_MAX,
  expectRefusal,
  expectWholeStream,
  expectAccounts,
  startFaultRig,
} from "./fault-rig.ts";

const CONNECT_MS = 300;

test("F01 the upstream refuses connections", async () => {
  const rig = await startFaultRig({ chat: ["nobody", "mock/tokens=5"], down: ["nobody"] });
  const client = await sendChat(rig, streamOf("chat"));
  expectWholeStream(await client.answered(), 5);
  const refused = await sendChat(rig, streamOf("down"));
  expectRefusal(await refused.answered(), 502, "upstream_unreachable");
  expect(rig.mock.stats()).toMatchObject({ requests: 1, connections: 1 });
  await expectAccounts(rig, {
    outcomes: { complete: 1, upstream_error: 1 },
    errors: { upstream_unreachable: 1 },
    attempts: { answered: 1, upstream_unreachable: 2 },
    records: [
      { model: "chat", outcome: "complete", source: "reported", outputTokens: 5 },
      { model: "down", outcome: "upstream_error", source: "none", outputTokens: null },
    ],
  });
});

test("F02 the upstream's queue of connections is full: SYN, and no answer", async () => {
  const hole = await startBlackHole();
  onTestFinished(() => hole.close());
  const fillers = countConnecting(hole.port);
  const rig = await startFaultRig(
    { chat: ["hole", "mock/tokens=5"] },
    {
      providers: { hole: `http://127.0.0.1:${hole.port}/v1` },
      deadlines: { connectMs: CONNECT_MS },
    },
  );
  const startMs = performance.now();
  const client = await sendChat(rig, streamOf("chat"));
  await eventually(() => expect(countConnecting(hole.port)).toBe(fillers + 1));
  expectWholeStream(await client.answered(), 5);
  const tookMs = performance.now() - startMs;
  expect(tookMs).toBeGreaterThanOrEqual(CONNECT_MS);
  expect(tookMs).toBeLessThan(CONNECT_MS + LATE_MS_MAX);
  const endMs = performance.now();
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1, upstream_unreachable: 1 },
    records: [{ outcome: "complete", source: "reported", provider: "mock", outputTokens: 5 }],
  });
  // Nor does the end of the gateway wait for a connection that never comes.
  expect(performance.now() - endMs).toBeLessThan(LATE_MS_MAX);
  expect(countConnecting(hole.port)).toBe(fillers);
});
