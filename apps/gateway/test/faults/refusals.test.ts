/** Faults of an upstream that answers, with anything but an answer. */
import { expect, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import { sendChat } from "../raw-client.ts";
import {
  expectKept,
  expectRefusal,
  expectUpstream,
  expectWholeStream,
  expectAccounts,
  settle,
  startFaultRig,
} from "./fault-rig.ts";

/*
 * There is no circuit breaker yet: every request finds out for itself which deployments fail. Promised
 * today is that a failure is tried elsewhere, that nothing is tried more than three times in all, and that
 * the client is told not to multiply these.
 */

test("F13 a storm of 500s: three attempts in all", async () => {
  const tags = ["a", "b", "c", "d", "e"];
  const rig = await startFaultRig({ chat: tags.map((tag) => `mock/status=500,tag=${tag}`) });
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectRefusal(answer, 502, "upstream_error");
  expect(answer.headers["x-should-retry"]).toBe("false");
  await expectUpstream(rig, ["scripted_failure", "scripted_failure", "scripted_failure"]);
  await expectKept(rig, 0, 3);
  await expectAccounts(rig, {
    outcomes: { upstream_error: 1 },
    errors: { upstream_error: 1 },
    attempts: { upstream_error: 3 },
    records: [{ outcome: "upstream_error", source: "none", outputTokens: null }],
  });
});

test("F13 one of two deployments flaps", async () => {
  const requests = 20;
  const rig = await startFaultRig({
    chat: ["mock/status=500,failEvery=2,tokens=5", "mock/tokens=5"],
  });
  for (let request = 0; request < requests; request++) {
    expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  }
  const failed = requests / 4;
  expect(rig.mock.stats()).toMatchObject({ requests: requests + failed, completed: requests });
  // Each refusal has cost a connection; all answers came on one.
  await expectKept(rig, 1, failed + 1);
  const { records, ...counts } = await settle(rig);
  expect(counts).toEqual({
    outcomes: { complete: requests },
    errors: {},
    attempts: { answered: requests, upstream_error: failed },
  });
  expect(records).toHaveLength(requests);
  expect(records.every(({ source, outputTokens }) => source + outputTokens === "reported5")).toBe(
    true,
  );
});

/** A date is not read, and no number keeps a client away for more than an hour. */
test.each([
  ["seconds", "7", "7"],
  ["far too many seconds", "999999999", "3600"],
  ["10⁹ seconds", "1000000000", undefined],
  ["a date", "date:5", undefined],
])("F14 429 with retry-after in %s", async (_name, sent, received) => {
  const rig = await startFaultRig({ chat: [`mock/status=429,retryAfter=${sent}`] });
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectRefusal(answer, 429, "upstream_rate_limited");
  expect(answer.headers["retry-after"]).toBe(received);
  await expectUpstream(rig, ["scripted_failure"]);
  await expectKept(rig, 0, 1);
  await expectAccounts(rig, {
    outcomes: { upstream_error: 1 },
    errors: { upstream_rate_limited: 1 },
    attempts: { upstream_rate_limited: 1 },
    records: [{ outcome: "upstream_error", source: "none", outputTokens: null }],
  });
});

test("F14 429 of one deployment, while another has room", async () => {
  const rig = await startFaultRig({
    chat: ["mock/status=429,retryAfter=1000000000", "mock/tokens=5"],
  });
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  await expectUpstream(rig, ["scripted_failure", "complete"]);
  await expectKept(rig, 1, 2);
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1, upstream_rate_limited: 1 },
    records: [{ outcome: "complete", source: "reported", outputTokens: 5 }],
  });
});
