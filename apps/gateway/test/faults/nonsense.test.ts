/** Faults of an upstream that says what it should not. */
import { expect, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import { sendChat } from "../raw-client.ts";
import {
  expectAllKept,
  expectCutStream,
  expectKept,
  expectRefusal,
  expectUpstream,
  expectWholeStream,
  expectAccounts,
  startFaultRig,
  ESTIMATED_PER_TOKEN,
} from "./fault-rig.ts";

test.each([
  ["a page of HTML", "status=200,body=html"],
  ["an empty body", "status=200,body=empty"],
  ["events called JSON", "contentType=application/json"],
])("F15 status 200 and %s in place of a stream", async (_name, fault) => {
  const rig = await startFaultRig({
    chat: [`mock/${fault}`, "mock/tokens=5"],
    down: [`mock/${fault},tag=down`],
  });
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  await expectKept(rig, 1, 2);
  const refused = await (await sendChat(rig, streamOf("down"))).answered();
  expectRefusal(refused, 502, "upstream_invalid_response");
  await expectAccounts(rig, {
    outcomes: { complete: 1, upstream_error: 1 },
    errors: { upstream_invalid_response: 1 },
    attempts: { answered: 1, upstream_invalid_response: 2 },
    records: [
      { model: "chat", outcome: "complete", source: "reported", outputTokens: 5 },
      { model: "down", outcome: "upstream_error", source: "none", outputTokens: null },
    ],
  });
});

test("F15 a page of HTML in place of an answer that is no stream", async () => {
  const rig = await startFaultRig({ chat: ["mock/status=200,body=html"] });
  const refused = await (await sendChat(rig, streamOf("chat", { stream: false }))).answered();
  expectRefusal(refused, 502, "upstream_invalid_response");
  expect(refused.body).not.toContain("page");
  await expectUpstream(rig, ["scripted_failure"]);
  await expectKept(rig, 0, 1);
  await expectAccounts(rig, {
    outcomes: { upstream_error: 1 },
    errors: { upstream_invalid_response: 1 },
    attempts: { upstream_invalid_response: 1 },
    records: [{ outcome: "upstream_error", source: "none", outputTokens: null }],
  });
});

test("F15 one event that is not JSON is passed on, as the rest is", async () => {
  const rig = await startFaultRig({ chat: ["mock/fail=malformed,failAfter=3,tokens=5"] });
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectWholeStream(answer, 5);
  expect(answer.body).toContain('"delta":{"content":"\n\n');
  expectAllKept(rig);
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1 },
    records: [{ outcome: "complete", source: "reported", outputTokens: 5 }],
  });
});

test("F15 a type that is none of events", async () => {
  const rig = await startFaultRig({ chat: ["mock/contentType=text/plain,tokens=5"] });
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectWholeStream(answer, 5);
  expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  expectAllKept(rig);
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1 },
    records: [{ outcome: "complete", source: "reported", outputTokens: 5 }],
  });
});

test("F15 64 MiB without a line end, after content", async () => {
  const rig = await startFaultRig({ chat: ["mock/fail=flood,failAfter=3"] });
  const answer = await (await sendChat(rig, streamOf("chat"))).answered();
  expectCutStream(answer, "upstream_invalid_response");
  await expectUpstream(rig, ["client_abort"]);
  await expectAccounts(rig, {
    outcomes: { upstream_error: 1 },
    errors: { upstream_invalid_response: 1 },
    attempts: { upstream_invalid_response: 1 },
    records: [{ outcome: "upstream_error", source: "estimated" }],
  });
});

/** What the upstream says that five tokens cost, and what is written down. */
test.each([
  [
    "a negative number",
    "negative",
    { source: "estimated", outputTokens: 5 * ESTIMATED_PER_TOKEN, isSuspect: true },
  ],
  ["1e308", "huge", { source: "reported", outputTokens: 10_000_000, isSuspect: true }],
  [
    "texts",
    "string",
    { source: "estimated", outputTokens: 5 * ESTIMATED_PER_TOKEN, isSuspect: true },
  ],
  [
    "nothing",
    "never",
    { source: "estimated", outputTokens: 5 * ESTIMATED_PER_TOKEN, isSuspect: false },
  ],
  ["the same twice", "twice", { source: "reported", outputTokens: 5, isSuspect: false }],
])("F16 usage of %s", async (_name, usage, record) => {
  const rig = await startFaultRig({ chat: [`mock/tokens=5,usage=${usage}`] });
  expectWholeStream(await (await sendChat(rig, streamOf("chat"))).answered(), 5);
  await expectUpstream(rig, ["complete"]);
  expectAllKept(rig);
  await expectAccounts(rig, {
    outcomes: { complete: 1 },
    errors: {},
    attempts: { answered: 1 },
    records: [{ outcome: "complete", ...record }],
  });
});
