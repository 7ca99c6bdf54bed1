/** F12: the other end of a connection is gone, and nothing says so. */
import { once } from "node:events";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import { startMockProcess } from "../mock-process.ts";
import type { MockProcess } from "../mock-process.ts";
import { sendChat } from "../raw-client.ts";
import {
  expectCutStream,
  expectWholeStream,
  expectAccounts,
  startFaultRig,
  ESTIMATED_PER_TOKEN,
} from "./fault-rig.ts";

const deadlines = { firstTokenMs: 400, stallMs: 300 };

async function startOther(): Promise<MockProcess> {
  const other = await startMockProcess();
  onTestFinished(() => other.close());
  return other;
}

test("F12 half-open in the middle of a stream", async () => {
  const other = await startOther();
  const rig = await startFaultRig(
    { chat: ["other:mock/tokens=10000,gap=10", "mock"] },
    { providers: { other: other.url }, deadlines },
  );
  const client = await sendChat(rig, streamOf("chat"));
  while (!client.bytes.includes("token_2")) await once(client.socket, "data");
  other.freeze();
  const answer = await client.answered();
  expectCutStream(answer, "stall_timeout");
  other.thaw();
  await eventually(async () =>
    expect(await other.stats()).toMatchObject({ inFlight: 0, clientAborts: 1 }),
  );
  const tokens = answer.body.match(/token_\d+/g)?.length ?? 0;
  expect(rig.mock.stats().requests).toBe(0);
  await expectAccounts(rig, {
    outcomes: { stall_timeout: 1 },
    errors: { stall_timeout: 1 },
    attempts: { stall_timeout: 1 },
    records: [
      { outcome: "stall_timeout", source: "estimated", outputTokens: tokens * ESTIMATED_PER_TOKEN },
    ],
  });
});

test("F12 half-open while it was idle: given up, and not used again", async () => {
  const other = await startOther();
  const rig = await startFaultRig(
    { chat: ["other:mock/tokens=5", "mock/tokens=7"] },
    { providers: { other: other.url }, deadlines },
  );
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  // It is the other deployment's turn.
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 7);
  other.freeze();
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 7);
  other.thaw();
  await eventually(async () =>
    expect(await other.stats()).toMatchObject({ completed: 1, clientAborts: 1, inFlight: 0 }),
  );
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 7);
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  const { recent } = await other.stats();
  expect(recent.map(({ outcome }) => outcome)).toEqual(["complete", "client_abort", "complete"]);
  const complete = { outcome: "complete", source: "reported" };
  await expectAccounts(rig, {
    outcomes: { complete: 5 },
    errors: {},
    attempts: { answered: 5, first_token_timeout: 1 },
    records: [complete, complete, complete, complete, complete],
  });
});
