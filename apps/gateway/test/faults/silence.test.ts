/** Faults of an upstream that is there and does not get on. */
import { expect, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import type { GatewayRig } from "../gateway-rig.ts";
import { sendChat } from "../raw-client.ts";
import {
  LATE_MS_MAX,
  expectCutStream,
  expectRefusal,
  expectUpstream,
  expectWholeStream,
  expectAccounts,
  startFaultRig,
  ESTIMATED_PER_TOKEN,
} from "./fault-rig.ts";

const FIRST_TOKEN_MS = 300;
const STALL_MS = 250;
const TOTAL_MS = 600;
/** Never reached. */
const FAR_MS = 60_000;
const NEVER = { firstTokenMs: FAR_MS, stallMs: FAR_MS, totalMs: FAR_MS };

/** The role and three tokens, in one packet; then it goes wrong. */
const BEGUN = "failAfter=4,eventsPerWrite=4";

/** How long the upstream's requests took until we closed the connection on them, ms. */
function upstreamTimesMs(rig: GatewayRig): readonly number[] {
  const { recent } = rig.mock.stats();
  return recent.map(({ startedAtMs, endedAtMs = NaN }) => endedAtMs - startedAtMs);
}

function expectOnTime(tookMs: number | undefined, deadlineMs: number): void {
  // The upstream's clock starts a little after ours.
  expect(tookMs).toBeGreaterThan(deadlineMs - 50);
  expect(tookMs).toBeLessThan(deadlineMs + LATE_MS_MAX);
}

test("F03 no headers ever", async () => {
  const rig = await startFaultRig(
    { chat: ["mock/answer=hang", "mock/tokens=5"], down: ["mock/answer=hang,tag=down"] },
    { deadlines: { ...NEVER, firstTokenMs: FIRST_TOKEN_MS } },
  );
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  const refused = await sendChat(rig, streamOf("down"));
  expectRefusal(await refused.answered(), 504, "first_token_timeout");
  await expectUpstream(rig, ["client_abort", "complete", "client_abort"]);
  const [firstMs, , lastMs] = upstreamTimesMs(rig);
  expectOnTime(firstMs, FIRST_TOKEN_MS);
  expectOnTime(lastMs, FIRST_TOKEN_MS);
  await expectAccounts(rig, {
    outcomes: { complete: 1, first_token_timeout: 1 },
    errors: { first_token_timeout: 1 },
    attempts: { answered: 1, first_token_timeout: 2 },
    records: [
      { model: "chat", outcome: "complete", source: "reported", outputTokens: 5 },
      { model: "down", outcome: "first_token_timeout", source: "none", outputTokens: null },
    ],
  });
});

test("F04 headers, then silence", async () => {
  const rig = await startFaultRig(
    { chat: ["mock/fail=stall,role=off", "mock/tokens=5"] },
    { deadlines: { ...NEVER, firstTokenMs: FIRST_TOKEN_MS } },
  );
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  await expectUpstream(rig, ["client_abort", "complete"]);
  expectOnTime(upstreamTimesMs(rig)[0], FIRST_TOKEN_MS);
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1, first_token_timeout: 1 },
    records: [{ outcome: "complete", source: "reported", outputTokens: 5 }],
  });
});

/** Signs of life that are none: with bytes, and without content. */
test.each([
  ["F04 content, then silence", "fail=stall"],
  ["F05 nothing but comments", "fail=comments,failGap=20"],
  ["F05 nothing but empty deltas", "fail=deltas,failGap=20"],
])("%s", async (_name, fault) => {
  const rig = await startFaultRig(
    // The second deployment is none for a stream that has begun.
    { chat: [`mock/${fault},${BEGUN}`, "mock"] },
    { deadlines: { ...NEVER, stallMs: STALL_MS } },
  );
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectCutStream(answer, "stall_timeout");
  expect(answer.body.match(/token_\d+/g)).toEqual(["token_0", "token_1", "token_2"]);
  await expectUpstream(rig, ["client_abort"]);
  expectOnTime(upstreamTimesMs(rig)[0], STALL_MS);
  await expectAccounts(rig, {
    outcomes: { stall_timeout: 1 },
    errors: { stall_timeout: 1 },
    attempts: { stall_timeout: 1 },
    records: [
      { outcome: "stall_timeout", source: "estimated", outputTokens: 3 * ESTIMATED_PER_TOKEN },
    ],
  });
});

test("F05 nothing but comments from the start", async () => {
  const rig = await startFaultRig(
    { chat: ["mock/fail=comments,failGap=20,role=off", "mock/tokens=5"] },
    { deadlines: { ...NEVER, firstTokenMs: FIRST_TOKEN_MS } },
  );
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectWholeStream(answer, 5);
  expect(answer.body).not.toContain("keep-alive");
  await expectUpstream(rig, ["client_abort", "complete"]);
  expectOnTime(upstreamTimesMs(rig)[0], FIRST_TOKEN_MS);
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1, first_token_timeout: 1 },
    records: [{ outcome: "complete", source: "reported", outputTokens: 5 }],
  });
});

test("F06 one byte after the other", async () => {
  const rig = await startFaultRig(
    { chat: [`mock/fail=drip,failGap=10,${BEGUN}`, "mock"] },
    { deadlines: { ...NEVER, totalMs: TOTAL_MS } },
  );
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectCutStream(answer, "total_timeout");
  await expectUpstream(rig, ["client_abort"]);
  expectOnTime(upstreamTimesMs(rig)[0], TOTAL_MS);
  const tokens = answer.body.match(/token_\d+/g)?.length ?? 0;
  expect(tokens).toBeGreaterThanOrEqual(3);
  await expectAccounts(rig, {
    outcomes: { total_timeout: 1 },
    errors: { total_timeout: 1 },
    attempts: { total_timeout: 1 },
    records: [
      { outcome: "total_timeout", source: "estimated", outputTokens: tokens * ESTIMATED_PER_TOKEN },
    ],
  });
});

test("F06 one byte after the other, of an answer that is no stream", async () => {
  const rig = await startFaultRig(
    { chat: ["mock/fail=drip,failGap=10", "mock"] },
    { deadlines: { ...NEVER, totalMs: TOTAL_MS } },
  );
  const answer = await (await sendChat(rig, streamOf("chat", { stream: false }))).answered();
  expectRefusal(answer, 504, "total_timeout");
  await expectUpstream(rig, ["client_abort"]);
  expectOnTime(upstreamTimesMs(rig)[0], TOTAL_MS);
  await expectAccounts(rig, {
    outcomes: { total_timeout: 1 },
    errors: { total_timeout: 1 },
    attempts: { total_timeout: 1 },
    records: [{ outcome: "total_timeout", source: "none", outputTokens: null }],
  });
});
