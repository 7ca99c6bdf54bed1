/** Forms on their way from the client to an upstream. */
import { setImmediate } from "node:timers/promises";
import { GatewayError } from "@slipstream/contracts/errors";
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import { expect, test } from "vitest";
import { AUDIO_TRANSCRIPTIONS } from "../src/media-endpoints.ts";
import { FORM_TYPE, toForm } from "./form.ts";
import { PipelineRig } from "./pipeline-rig.ts";
import type { RigOptions } from "./pipeline-rig.ts";

const MiB = 1024 * 1024;
const MODEL = { name: "model", value: "l" };

function toFile(bytes: number): { name: string; fileName: string; value: Buffer } {
  return { name: "file", fileName: "a.wav", value: Buffer.alloc(bytes, "sound") };
}

function toFrames(body: Buffer, frameBytes = 64 * 1024): Buffer[] {
  const frames = [];
  for (let at = 0; at < body.length; at += frameBytes) {
    frames.push(body.subarray(at, at + frameBytes));
  }
  return frames;
}

function upload(options: RigOptions): PipelineRig {
  return new PipelineRig({ served: AUDIO_TRANSCRIPTIONS, contentType: FORM_TYPE, ...options });
}

function answer({ sink }: FakeExchange): void {
  const body = sink.head({ status: 200, headers: { "content-type": "text/plain" } });
  body.frame(Buffer.from("hello"));
  body.end();
}

/** @param received Gets what was sent. */
async function receiveAndAnswer(exchange: FakeExchange, received: Buffer[]): Promise<void> {
  received.push(await exchange.receive());
  answer(exchange);
}

function errorOf(rig: PipelineRig): unknown {
  return { status: rig.client.status, ...JSON.parse(rig.client.text).error };
}

test.each([
  ["before", toForm(MODEL, toFile(3 * MiB))],
  ["behind", toForm(toFile(3 * MiB), MODEL, { name: "language", value: "en" })],
])("a model %s the file is renamed, all else goes on as it was", async (_where, body) => {
  const sent: Buffer[] = [];
  const rig = upload({
    frames: toFrames(body),
    announcedBytes: body.length,
    play: (exchange) => void receiveAndAnswer(exchange, sent),
  });
  await rig.handled;
  const received = Buffer.concat(sent);
  const text = received.toString("latin1");
  expect(text === body.toString("latin1").replace("\r\nl\r\n", "\r\nupstream-model\r\n")).toBe(
    true,
  );
  const { request } = rig.upstream.exchanges[0] ?? {};
  expect(request?.body).toMatchObject({ bytes: received.length });
  expect(request?.headers).toMatchObject({ "content-type": FORM_TYPE, accept: "*/*" });
  expect(rig.client.text).toBe("hello");
  expect(rig.observer.reports).toMatchObject([
    { outcome: "complete", model: "llama", requestBytes: body.length, operation: "transcription" },
  ]);
});

test("no more is read than is needed to find the model, and then as much as the upstream takes", async () => {
  const frames = toFrames(toForm(MODEL, toFile(10 * MiB)));
  let asked = 0;
  const rig = upload({
    frames: (function* () {
      for (const frame of frames) {
        asked++;
        yield frame;
      }
    })(),
  });
  await setImmediate();
  expect(asked).toBe(1);
  const { body } = rig.upstream.exchanges[0]?.request ?? {};
  if (body === undefined || body instanceof Uint8Array) throw new Error("not streamed");
  expect(body.bytes).toBe(undefined);
  let taken = 0;
  for await (const _ of body.frames) {
    taken++;
    // What is before the model, the model, and what is behind it are three.
    expect(asked).toBe(Math.max(1, taken - 2));
  }
  expect(taken).toBe(frames.length + 2);
  rig.client.leave();
});

test.each([
  ["announced", 26 * MiB, 0],
  ["streamed", undefined, 1],
])("a body beyond the bound, %s, is refused", async (_how, announcedBytes, attempts) => {
  const rig = upload({
    frames: toFrames(toForm(MODEL, toFile(25 * MiB))),
    announcedBytes,
    play: (exchange) => void exchange.receive(),
  });
  await rig.handled;
  expect(errorOf(rig)).toMatchObject({ status: 413, code: "body_too_large" });
  expect(rig.upstream.exchanges.map((exchange) => exchange.isAborted)).toEqual(
    Array.from({ length: attempts }, () => true),
  );
  expect(rig.observer.reports).toMatchObject([{ outcome: "rejected", attempts }]);
});

test("a second model that comes late ends the exchange before the upstream can answer", async () => {
  const rig = upload({
    frames: toFrames(toForm(MODEL, toFile(2 * MiB), { name: "model", value: "dear" })),
    play: (exchange) => void exchange.receive(),
  });
  await rig.handled;
  expect(errorOf(rig)).toMatchObject({ status: 400, code: "invalid_request", param: "model" });
  expect(rig.upstream.exchanges).toMatchObject([{ isAborted: true }]);
});

const NO_FORM = { contentType: "application/json" };
const NO_BOUNDARY = { contentType: "multipart/form-data" };
const NO_MODEL = { body: toForm(toFile(10)) };
const UNKNOWN_MODEL = { body: toForm({ name: "model", value: "x" }) };
const CUT_SHORT = { frames: [new GatewayError("invalid_http", "")] };

test.each([
  ["no form", NO_FORM, { status: 415, code: "unsupported_media_type", param: null }],
  ["no boundary", NO_BOUNDARY, { status: 400, code: "invalid_request", param: null }],
  ["no model", NO_MODEL, { status: 400, code: "invalid_request", param: "model" }],
  ["an unknown model", UNKNOWN_MODEL, { status: 404, code: "model_not_found", param: "model" }],
  ["a body that is cut short", CUT_SHORT, { status: 400, code: "invalid_http", param: null }],
])("%s", async (_name, options, error) => {
  const rig = upload(options);
  await rig.handled;
  expect(errorOf(rig)).toMatchObject(error);
  expect(rig.upstream.exchanges).toEqual([]);
});

function fail({ sink }: FakeExchange): void {
  sink.head({ status: 500, headers: {} }).end();
}

function refuseConnection({ sink }: FakeExchange): void {
  sink.failed(new GatewayError("upstream_unreachable", ""));
}

async function receiveAndFail(exchange: FakeExchange): Promise<void> {
  await exchange.receive();
  fail(exchange);
}

test.each([
  ["is small", MODEL, 10_000, receiveAndFail],
  ["has its model at the end", undefined, 3 * MiB, receiveAndFail],
  ["nobody has begun to take", MODEL, 3 * MiB, refuseConnection],
])("a body that %s is sent to another deployment", async (_which, first, fileBytes, play) => {
  const body = toForm(
    ...(first === undefined ? [toFile(fileBytes), MODEL] : [first, toFile(fileBytes)]),
  );
  const received: Buffer[] = [];
  const rig = upload({
    frames: toFrames(body),
    announcedBytes: body.length,
    play: (exchange) => {
      const isFirst = rig.upstream.exchanges.length === 1;
      void (isFirst ? play(exchange) : receiveAndAnswer(exchange, received));
    },
  });
  await rig.handled;
  expect(received.map((bytes) => bytes.length)).toEqual([body.length + "upstream-mode".length]);
  expect(rig.observer.reports).toMatchObject([{ outcome: "complete", attempts: 2 }]);
});

test("a body that has partly gone is not sent again", async () => {
  const rig = upload({
    frames: toFrames(toForm(MODEL, toFile(3 * MiB))),
    play: (exchange) => void receiveAndFail(exchange),
  });
  await rig.handled;
  expect(errorOf(rig)).toMatchObject({ status: 502, code: "upstream_error" });
  // It may try again itself.
  expect(rig.client.headers["x-should-retry"]).toBe(undefined);
  expect(rig.observer.reports).toMatchObject([{ outcome: "upstream_error", attempts: 1 }]);
});

test("an upstream that refuses before it has read the body is heard", async () => {
  let isLetGo = false;
  const rig = upload({
    frames: (async function* () {
      try {
        yield* toFrames(toForm(MODEL, toFile(3 * MiB)));
      } finally {
        isLetGo = true;
      }
    })(),
    play: ({ sink }) => {
      const body = sink.head({ status: 400, headers: {} });
      body.frame(Buffer.from(`{"error":{"message":"Unsupported language."}}`));
      body.end();
    },
  });
  await rig.handled;
  await setImmediate();
  expect(errorOf(rig)).toMatchObject({
    code: "upstream_rejected",
    message: "Unsupported language.",
  });
  expect(isLetGo).toBe(true);
});

/** Sends the beginning of a body, and then nothing. */
async function* fallSilent(bytes: number): AsyncGenerator<Buffer> {
  yield* toFrames(toForm(MODEL, toFile(3 * MiB)).subarray(0, bytes));
  await new Promise(() => undefined);
}

test.each([
  ["before its model", 50, 0],
  ["in the middle", 2 * MiB, 1],
])("a client that leaves %s", async (_where, bytes, attempts) => {
  const rig = upload({ frames: fallSilent(bytes), play: (exchange) => void exchange.receive() });
  await setImmediate();
  rig.client.leave();
  expect(rig.upstream.exchanges.map(({ isAborted }) => isAborted)).toEqual(
    Array.from({ length: attempts }, () => true),
  );
  expect(rig.observer.reports).toMatchObject([{ outcome: "client_abort", attempts }]);
});

test.each([
  ["before its model", 50],
  ["in the middle", 2 * MiB],
])("a client that falls silent %s is told so", async (_where, bytes) => {
  const rig = upload({
    frames: fallSilent(bytes),
    route: {
      deadlines: {
        connectMs: 1e6,
        firstTokenMs: 1e6,
        stallMs: 10,
        totalMs: 1e6,
        clientStallMs: 1e6,
      },
    },
    play: (exchange) => void exchange.receive(),
  });
  await setImmediate();
  rig.run(29_000);
  expect(rig.client.status).toBe(undefined);
  rig.run(1000);
  await setImmediate();
  expect(errorOf(rig)).toMatchObject({ status: 408, code: "body_timeout" });
  expect(rig.client.headers["connection"]).toBe("close");
  expect(rig.openRequests.count).toBe(0);
});

test("an upstream that takes nothing of a body has stalled", async () => {
  const rig = upload({
    frames: toFrames(toForm(MODEL, toFile(3 * MiB))),
    play: ({ request: { body } }) => {
      if (!(body instanceof Uint8Array)) void body.frames[Symbol.asyncIterator]().next();
    },
  });
  await setImmediate();
  rig.run(500);
  await rig.handled;
  expect(errorOf(rig)).toMatchObject({ status: 504, code: "stall_timeout" });
});
