/** What an attempt makes of connections: whether it waits for one of ours, and which are good for another. */
import { setImmediate } from "node:timers/promises";
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import { testDeployment } from "@slipstream/testkit/routes";
import { expect, test } from "vitest";
import { chatBody, PipelineRig } from "./pipeline-rig.ts";
import type { RigOptions } from "./pipeline-rig.ts";

/** See `testRoute`. */
const CONNECT_MS = 1000;

async function start(options: RigOptions): Promise<PipelineRig> {
  const rig = new PipelineRig(options);
  await setImmediate();
  return rig;
}

async function sweepAfter(rig: PipelineRig, ms: number): Promise<void> {
  rig.run(ms);
  // What follows is told in a later turn.
  await setImmediate();
}

function codesOf({ observer }: PipelineRig): readonly string[] {
  return observer.events.flatMap((event) =>
    event.type === "attempt_end" && event.result.type === "failed" ? [event.result.code] : [],
  );
}

test("who waits for a connection of ours too long is told that we are overloaded, once", async () => {
  const rig = await start({ stage: "queued" });
  await sweepAfter(rig, CONNECT_MS - 1);
  expect(rig.observer.reports).toEqual([]);
  await sweepAfter(rig, 1);
  await rig.handled;
  expect(rig.client.status).toBe(503);
  expect(rig.client.headers["retry-after"]).toBe("1");
  expect(rig.observer.reports).toMatchObject([{ errorCode: "overloaded", attempts: 1 }]);
  expect(rig.upstream.exchanges).toMatchObject([{ isAborted: true, isKept: false }]);
});

test("the upstream has its own time from when its connection is opened", async () => {
  const rig = await start({ stage: "queued", route: { deployments: [testDeployment("a")] } });
  await sweepAfter(rig, CONNECT_MS - 1);
  rig.upstream.exchanges[0]?.sink.opening();
  await sweepAfter(rig, CONNECT_MS - 1);
  expect(rig.observer.reports).toEqual([]);
  await sweepAfter(rig, 1);
  await rig.handled;
  expect(codesOf(rig)).toEqual(["upstream_unreachable"]);
});

test("a request that was sent again is told with its attempt", async () => {
  const rig = await start({
    play: (exchange) => {
      exchange.sink.sentAgain();
      answer(200, JSON_TYPE, WHOLE)(exchange);
    },
  });
  await rig.handled;
  const ends = rig.observer.events.filter(({ type }) => type === "attempt_end");
  expect(ends).toMatchObject([{ resends: 1, result: { type: "answered" } }]);
});

const JSON_TYPE = "application/json";
const EVENTS_TYPE = "text/event-stream";
const WHOLE = '{"choices":[{"finish_reason":"stop"}]}';
const EVENT = 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n';
const ERROR = '{"error":{"message":"no","code":500}}';

function answer(status: number, type: string, body: string): (exchange: FakeExchange) => void {
  return ({ sink }) => {
    const bodySink = sink.head({ status, headers: { "content-type": type } });
    bodySink.frame(Buffer.from(body));
    bodySink.end();
  };
}

/** @returns whether each exchange has called its connection good for another. */
async function findKept(isStream: boolean, play: RigOptions["play"]): Promise<readonly boolean[]> {
  const body = chatBody({ stream: isStream });
  const rig = await start({
    body,
    route: { deployments: [testDeployment("a")] },
    ...(play && { play }),
  });
  await rig.handled;
  expect(rig.upstream.exchanges).toMatchObject([{ isAborted: true }]);
  return rig.upstream.exchanges.map(({ isKept }) => isKept);
}

test("a good answer that is complete leaves its connection for another", async () => {
  expect(await findKept(false, answer(200, JSON_TYPE, WHOLE))).toEqual([true]);
  expect(await findKept(true, answer(200, EVENTS_TYPE, `${EVENT}data: [DONE]\n\n`))).toEqual([
    true,
  ]);
});

const BAD_STATUSES = [
  201, 204, 205, 206, 302, 304, 400, 401, 404, 408, 422, 429, 500, 502, 503, 504,
];

test.each([
  ...BAD_STATUSES.map((status) => [`status ${status}`, status, JSON_TYPE, ERROR] as const),
  ["a good body under another status", 201, JSON_TYPE, WHOLE],
  ["an error under status 200", 200, JSON_TYPE, ERROR],
  ["no JSON", 200, JSON_TYPE, "nonsense"],
  ["a page", 200, "text/html", "<html>"],
  ["an event of an error", 200, EVENTS_TYPE, `data: ${ERROR}\n\n`],
  ["an error behind content", 200, EVENTS_TYPE, `${EVENT}data: ${ERROR}\n\n`],
  ["a stream without an end", 200, EVENTS_TYPE, ": comment\n\n"],
] as const)("its connection is not used again: %s", async (_name, status, type, body) => {
  const isStream = type === EVENTS_TYPE;
  expect(await findKept(isStream, answer(status, type, body))).toEqual([false]);
});
