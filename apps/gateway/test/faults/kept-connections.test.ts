/** Faults of connections that are kept for the next request. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { eventually } from "@slipstream/testkit/eventually";
import { expect, onTestFinished, test } from "vitest";
import { streamOf } from "../gateway-rig.ts";
import type { GatewayRig } from "../gateway-rig.ts";
import type { HttpAnswer } from "../http-answers.ts";
import { sendChat } from "../raw-client.ts";
import {
  LATE_MS_MAX,
  expectAccounts,
  expectRefusal,
  expectWholeStream,
  settle,
  startFaultRig,
} from "./fault-rig.ts";

const TOKENS = 3;
const LANES = 8;
const REQUESTS = 200;
const COMPLETE = { outcome: "complete", source: "reported", outputTokens: TOKENS };
/** Answer and unwanted bytes follow one another within this time, ms. */
const GAP_MS = 3;

/** Sends one request. @returns its answer, which is its own if it is one. */
async function ask(rig: GatewayRig): Promise<HttpAnswer> {
  const requestId = randomUUID();
  const client = await sendChat(rig, streamOf("chat"), { "x-request-id": requestId });
  const answer = await client.answered();
  const ids = rig.mock.stats().recent.filter((sent) => sent.requestId === requestId);
  const own = ids.map(({ id }) => id);
  for (const id of answer.body.match(/chatcmpl-\w+/g) ?? []) expect(own).toContain(id);
  return answer;
}

/** Lanes of requests with pauses between them, so that connections are idle for any time up to 10 ms. */
async function askOften(rig: GatewayRig): Promise<readonly HttpAnswer[]> {
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const answers: HttpAnswer[] = [];
    for (let request = 0; request < REQUESTS / LANES; request++) {
      await setTimeout((request * 7 + lane * 3) % 10);
      answers.push(await ask(rig));
    }
    return answers;
  });
  return (await Promise.all(lanes)).flat();
}

test("F10 idle connections are closed at any time", async () => {
  const rig = await startFaultRig({
    chat: [`mock/tokens=${TOKENS},connection=drop,failGap=${GAP_MS}`],
  });
  for (const answer of await askOften(rig)) expectWholeStream(answer, TOKENS);
  const { requests, connectionsOpened } = rig.mock.stats();
  expect(requests).toBe(REQUESTS);
  expect(connectionsOpened).toBeGreaterThan(LANES);
  await expectAccounts(rig, {
    outcomes: { complete: REQUESTS },
    errors: {},
    attempts: { answered: REQUESTS },
    records: Array.from({ length: REQUESTS }, () => COMPLETE),
  });
});

test("F11 a second response that nobody asked for", async () => {
  const rig = await startFaultRig({
    chat: [`mock/tokens=${TOKENS},connection=extra,failGap=${GAP_MS}`],
  });
  expectWholeStream(await ask(rig), TOKENS);
  const startMs = performance.now();
  await eventually(() => expect(rig.mock.stats().connections).toBe(0));
  // Long before it would be closed for being idle.
  expect(performance.now() - startMs).toBeLessThan(LATE_MS_MAX);
  expectWholeStream(await ask(rig), TOKENS);
  expect(rig.mock.stats().connectionsOpened).toBe(2);
  await expectAccounts(rig, {
    outcomes: { complete: 2 },
    errors: {},
    attempts: { answered: 2 },
    records: [COMPLETE, COMPLETE],
  });
});

test("F11 second responses that cross the next requests", async () => {
  const rig = await startFaultRig({
    chat: [`mock/tokens=${TOKENS},connection=extra,failGap=${GAP_MS}`],
  });
  const answers = await askOften(rig);
  // One that comes just when a request has left looks like its answer; this one is too odd to be taken.
  const refused = answers.filter(({ status }) => status !== 200);
  for (const answer of refused) expectRefusal(answer, 502, "upstream_invalid_response");
  const complete = answers.filter(({ status }) => status === 200);
  for (const answer of complete) expectWholeStream(answer, TOKENS);
  const { outcomes, records } = await settle(rig);
  expect(outcomes["complete"]).toBe(complete.length);
  expect(outcomes["upstream_error"] ?? 0).toBe(refused.length);
  expect(records).toHaveLength(REQUESTS);
});

/** Gives each connection's requests these answers, in order. @returns its base URL. */
async function startRawUpstream(answers: readonly string[]): Promise<string> {
  const server = createServer((socket) => {
    const own = [...answers];
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      // A body may come behind its head.
      if (data.includes("POST ")) socket.write(own.shift() ?? "");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function toResponse(contentType: string, body: string): string {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncontent-length: ${body.length}`;
  return `${head}\r\n\r\n${body}`;
}

test.each([
  ["of the wrong form", toResponse("application/json", "{}"), 502, "upstream_invalid_response"],
  ["without an end", toResponse("text/event-stream", ""), 502, "upstream_truncated"],
])("F11 an answer %s, and then the right one", async (_name, wrong, status, code) => {
  const late = toResponse("text/event-stream", 'data: {"choices":[]}\n\ndata: [DONE]\n\n');
  const upstreamUrl = await startRawUpstream([wrong, late]);
  const rig = await startFaultRig({ chat: ["m"] }, { upstreamUrl });
  // Were the connection kept, the second would get what belongs to the first.
  for (let request = 0; request < 2; request++) {
    const client = await sendChat(rig, streamOf("chat"));
    expectRefusal(await client.answered(), status, code);
  }
});
