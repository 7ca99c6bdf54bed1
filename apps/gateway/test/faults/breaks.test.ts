/** Faults of an upstream that breaks off: before the client has had a byte, and after. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import { sendChat } from "../raw-client.ts";
import {
  expectCutStream,
  expectRefusal,
  expectUpstream,
  expectWholeStream,
  expectAccounts,
  startFaultRig,
  ESTIMATED_PER_TOKEN,
} from "./fault-rig.ts";

test.each([
  ["before the headers", "answer=reset", "upstream_unreachable"],
  ["after the headers", "fail=reset,role=off", "upstream_truncated"],
])("F07 reset before the first byte, %s", async (_when, fault, code) => {
  const rig = await startFaultRig({ chat: [`mock/${fault}`, "mock/tokens=5"] });
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  await expectUpstream(rig, ["scripted_failure", "complete"]);
  expect(rig.mock.stats()).toMatchObject({ connectionsOpened: 2, connections: 1 });
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1, [code]: 1 },
    records: [{ outcome: "complete", source: "reported", outputTokens: 5 }],
  });
});

test("F07 reset before the first byte, everywhere", async () => {
  const rig = await startFaultRig({
    chat: ["a", "b", "c", "d"].map((tag) => `mock/answer=reset,tag=${tag}`),
  });
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectRefusal(answer, 502, "upstream_unreachable");
  // Three attempts in all, and the client's own would multiply them.
  expect(answer.headers["x-should-retry"]).toBe("false");
  await expectUpstream(rig, ["scripted_failure", "scripted_failure", "scripted_failure"]);
  await expectAccounts(rig, {
    outcomes: { upstream_error: 1 },
    errors: { upstream_unreachable: 1 },
    attempts: { upstream_unreachable: 3 },
    records: [{ outcome: "upstream_error", source: "none", outputTokens: null }],
  });
});

/** The role and four tokens, and then: */
test.each([
  ["F08 reset in the middle of a stream", "fail=reset"],
  ["F09 closed in the middle of a stream, within an event", "fail=cut"],
  // It has ended as HTTP says, but the rest may still come.
  ["F09 the stream ends without [DONE]", "fail=fin"],
])("%s", async (_name, fault) => {
  const rig = await startFaultRig(
    { chat: [`mock/${fault},failAfter=5,tokens=9`, "mock"], next: ["mock/tokens=5"] },
    // Then the upstream's bytes are passed on as they are.
    { streamUsage: "off" },
  );
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectCutStream(answer, "upstream_truncated");
  expect(answer.body.match(/token_\d+/g)).toEqual(["token_0", "token_1", "token_2", "token_3"]);
  await expectUpstream(rig, ["scripted_failure"]);
  const passedOn = answer.body.slice(0, answer.body.lastIndexOf("data: "));
  const { bodySha256, bytesWritten = 0 } = rig.mock.stats().recent[0] ?? {};
  if (fault === "fail=cut") expect(bytesWritten).toBeGreaterThan(passedOn.length);
  else expect(createHash("sha256").update(passedOn).digest("hex")).toBe(bodySha256);

  expectWholeStream(await (await sendChat(rig, streamOf("next"))).answered(), 5);
  expect(rig.mock.stats().connectionsOpened).toBe(2);
  await expectAccounts(rig, {
    outcomes: { upstream_truncated: 1, complete: 1 },
    errors: { upstream_truncated: 1 },
    attempts: { upstream_truncated: 1, answered: 1 },
    records: [
      {
        model: "chat",
        outcome: "upstream_truncated",
        source: "estimated",
        outputTokens: 4 * ESTIMATED_PER_TOKEN,
      },
      {
        model: "next",
        outcome: "complete",
        source: "estimated",
        outputTokens: 5 * ESTIMATED_PER_TOKEN,
      },
    ],
  });
});

test("F08 reset in the middle of a stream that reports usage all along", async () => {
  const rig = await startFaultRig(
    { chat: ["mock/fail=reset,failAfter=5,tokens=9"] },
    { streamUsage: "continuous" },
  );
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectCutStream(answer, "upstream_truncated");
  expect(answer.body).not.toContain('"usage"');
  await expectAccounts(rig, {
    outcomes: { upstream_truncated: 1 },
    errors: { upstream_truncated: 1 },
    attempts: { upstream_truncated: 1 },
    records: [
      { outcome: "upstream_truncated", source: "reported", inputTokens: 12, outputTokens: 4 },
    ],
  });
});
