/** Whom the sweep ends, and whom it must not. */
import { setImmediate } from "node:timers/promises";
import type { BodySink, UpstreamHead } from "@slipstream/contracts/upstream";
import { expect, test } from "vitest";
import { AUDIO_SPEECH } from "../src/media-endpoints.ts";
import type { OpenRequest } from "../src/open-requests.ts";
import { SWEEP_INTERVAL_MS, TURN_MS_MAX } from "../src/running-time.ts";
import { chatBody, PipelineRig } from "./pipeline-rig.ts";
import type { RigOptions } from "./pipeline-rig.ts";

const STREAM_HEAD = { status: 200, headers: { "content-type": "text/event-stream" } };
const SOUND_HEAD = { status: 200, headers: { "content-type": "audio/mpeg" } };
const CHUNK = Buffer.from(`data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n`);
const DEADLINES = {
  connectMs: 2000,
  firstTokenMs: 2000,
  stallMs: 2000,
  totalMs: 60_000,
  clientStallMs: 2000,
};
const FROZEN_MS = 3000;
const HEARTBEAT = ": heartbeat\n\n";

async function start(options: RigOptions = {}): Promise<PipelineRig> {
  const rig = new PipelineRig({
    body: chatBody({ stream: true, input: "hi" }),
    ...options,
    route: { deadlines: DEADLINES, ...options.route },
  });
  await setImmediate();
  return rig;
}

function answer(rig: PipelineRig, head: UpstreamHead = STREAM_HEAD): BodySink {
  const exchange = rig.upstream.exchanges.at(-1);
  if (exchange === undefined) throw new Error("no exchange");
  return exchange.sink.head(head);
}

/** The whole process, while whatever was sent to it waits in its sockets. */
function freeze(rig: PipelineRig): void {
  rig.clock.advance(FROZEN_MS);
  rig.openRequests.sweep(rig.clock.nowMs());
}

const SPEECH: RigOptions = { served: AUDIO_SPEECH };

interface Wait {
  readonly hasBegun: boolean;
  readonly head: UpstreamHead;
  readonly options?: RigOptions;
}

test.each<[string, Wait]>([
  ["for the first token", { hasBegun: false, head: STREAM_HEAD }],
  ["for the next token", { hasBegun: true, head: STREAM_HEAD }],
  ["for the next bytes", { hasBegun: true, head: SOUND_HEAD, options: SPEECH }],
])(
  "a frozen gateway does not blame who is waited for %s",
  async (_what, { hasBegun, head, options = {} }) => {
    const rig = await start(options);
    const sink = answer(rig, head);
    if (hasBegun) sink.frame(CHUNK);
    rig.run(1000);
    freeze(rig);
    expect(rig.client.ending).toBe("none");
    // What has waited in the socket.
    sink.frame(CHUNK);
    rig.run(DEADLINES.stallMs - SWEEP_INTERVAL_MS);
    expect(rig.client.ending).toBe("none");
    rig.run(SWEEP_INTERVAL_MS);
    await rig.handled;
    expect(rig.observer.reports).toMatchObject([{ errorCode: "stall_timeout" }]);
  },
);

test.each([
  ["that is not reached", undefined, "upstream_unreachable"],
  ["that says nothing", false, "first_token_timeout"],
  ["that has stopped", true, "stall_timeout"],
])("an upstream %s is given up all the same, as much later", async (_which, hasBegun, code) => {
  const rig = new PipelineRig({
    body: chatBody({ stream: true }),
    route: { deadlines: DEADLINES },
    stage: hasBegun === undefined ? "opening" : "sent",
  });
  await setImmediate();
  if (hasBegun === true) answer(rig).frame(CHUNK);
  rig.run(1000);
  freeze(rig);
  rig.run(1000 - TURN_MS_MAX - SWEEP_INTERVAL_MS);
  expect(rig.observer.reports).toEqual([]);
  rig.run(2 * SWEEP_INTERVAL_MS);
  await setImmediate();
  const failed = rig.observer.events.find(({ type }) => type === "attempt_end");
  expect(failed).toMatchObject({ result: { code } });
});

test("a client is not too slow because nothing was written to it", async () => {
  const rig = await start();
  answer(rig).frame(CHUNK);
  rig.client.pendingBytes = 1000;
  rig.run(1000);
  freeze(rig);
  expect(rig.client.ending).toBe("none");
  rig.run(500);
  rig.client.pendingBytes = 0;
  rig.run(100);
  expect(rig.client.ending).toBe("none");
});

test("a client has its time to send, however long nobody read", async () => {
  const rig = await start({ arrived: new Promise(() => undefined) });
  rig.run(28_000);
  freeze(rig);
  rig.run(1700);
  expect(rig.client.status).toBe(undefined);
  rig.run(200);
  expect(rig.client.status).toBe(408);
});

test("the whole time is the client's, and goes on while the process is frozen", async () => {
  const rig = await start({ route: { deadlines: { ...DEADLINES, totalMs: 3500 } } });
  answer(rig).frame(CHUNK);
  rig.run(50);
  freeze(rig);
  expect(rig.client.ending).toBe("none");
  rig.run(450);
  expect(rig.observer.reports).toMatchObject([{ errorCode: "total_timeout" }]);
});

test("an upstream that is held back for a slow client has not stalled", async () => {
  const rig = await start({ route: { deadlines: { ...DEADLINES, clientStallMs: 60_000 } } });
  rig.client.keepsUp = false;
  answer(rig).frame(CHUNK);
  rig.run(3 * DEADLINES.stallMs);
  expect(rig.client.ending).toBe("none");
  rig.client.drain();
  rig.run(DEADLINES.stallMs - SWEEP_INTERVAL_MS);
  expect(rig.client.ending).toBe("none");
  rig.run(SWEEP_INTERVAL_MS);
  expect(rig.observer.reports).toMatchObject([{ errorCode: "stall_timeout" }]);
});

test("heartbeats end with the first content", async () => {
  const rig = await start({ route: { heartbeatMs: 500 } });
  const sink = answer(rig);
  rig.run(1000);
  expect(rig.client.text).toBe(HEARTBEAT.repeat(2));
  sink.frame(CHUNK);
  rig.run(1500);
  expect(rig.client.text).toBe(HEARTBEAT.repeat(2) + CHUNK.toString());
});

function fail(): never {
  throw new TypeError("undefined is not a function");
}

test("a throw in one request's sweep ends that request, and no other", async () => {
  const rig = await start();
  answer(rig).frame(CHUNK);
  const swept: string[] = [];
  const toOther = (name: string): OpenRequest => ({
    heldBytes: 0,
    sweep: () => swept.push(name),
    interrupt: () => swept.push(`${name} was interrupted`),
  });
  const broken: OpenRequest = { ...toOther("broken"), sweep: fail };
  for (const request of [toOther("a"), broken, toOther("b")]) rig.openRequests.add(request);
  Object.defineProperty(rig.client, "pendingBytes", { get: fail });
  rig.openRequests.sweep(0);
  await rig.handled;
  expect(swept).toEqual(["a", "broken was interrupted", "b"]);
  expect(rig.client.text).toContain('"code":"internal_error"');
  expect(rig.client.ending).toBe("cut");
  expect(rig.observer.reports).toMatchObject([{ outcome: "gateway_error" }]);
});
