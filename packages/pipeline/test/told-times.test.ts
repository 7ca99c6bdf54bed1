/** What the events of a request say of its time, its attempts, its trace and its price. */
import { setImmediate } from "node:timers/promises";
import type { RequestEvent } from "@slipstream/contracts/request-events";
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import { expect, test } from "vitest";
import { chatBody, PipelineRig, PRINCIPAL } from "./pipeline-rig.ts";

const STREAM_HEAD = { status: 200, headers: { "content-type": "text/event-stream" } };
const WHOLE_HEAD = { status: 200, headers: { "content-type": "application/json" } };
const ROLE = Buffer.from('data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n');
const CONTENT = Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
const END = Buffer.from(
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
);
const USAGE = '"usage":{"prompt_tokens":7,"completion_tokens":3}';

type EventOf<Type extends RequestEvent["type"]> = RequestEvent & { readonly type: Type };

function eventsOf<Type extends RequestEvent["type"]>(
  rig: PipelineRig,
  type: Type,
): readonly EventOf<Type>[] {
  return rig.observer.events.filter((event): event is EventOf<Type> => event.type === type);
}

function answerWith(body: string): (exchange: FakeExchange) => void {
  return ({ sink }) => {
    const sinkOfBody = sink.head(WHOLE_HEAD);
    sinkOfBody.frame(Buffer.from(body));
    sinkOfBody.end();
  };
}

test("a stream: each step of its attempt, and how late each read was handed on", async () => {
  const rig: PipelineRig = new PipelineRig({
    body: chatBody({ stream: true }),
    play: ({ sink }) => {
      rig.clock.advance(50);
      const body = sink.head(STREAM_HEAD);
      rig.clock.advance(10);
      body.frame(ROLE);
      rig.clock.advance(40);
      body.frame(CONTENT);
      body.frame(END);
      body.end();
    },
  });
  await rig.handled;
  expect(eventsOf(rig, "attempt_end")).toMatchObject([
    { durationMs: 100, timing: { sentMs: 0, headMs: 50, firstContentMs: 100 } },
  ]);
  expect(eventsOf(rig, "chunk_first")).toMatchObject([{ firstChunkMs: 100 }]);
  expect(rig.observer.delaysMs).toEqual([0, 0, 0]);
});

test("before the upstream, the client's own time is not ours; keys are", async () => {
  const arrived = Promise.withResolvers<void>();
  const rig: PipelineRig = new PipelineRig({
    arrived: arrived.promise,
    authenticate: async () => {
      await setImmediate();
      rig.clock.advance(3);
      return PRINCIPAL;
    },
    play: answerWith(`{"choices":[],${USAGE}}`),
  });
  // The key is known, and the body awaited.
  await setImmediate();
  await setImmediate();
  rig.clock.advance(500);
  arrived.resolve();
  await rig.handled;
  expect(rig.observer.reports[0]?.ownTime.beforeUpstreamMs).toBe(3);
});

test("after the upstream: from the last byte of an answer, or the first content of a stream", async () => {
  for (const isStream of [false, true]) {
    const rig: PipelineRig = new PipelineRig({
      body: chatBody({ stream: isStream }),
      play: ({ sink }) => {
        const body = sink.head(isStream ? STREAM_HEAD : WHOLE_HEAD);
        rig.clock.advance(20);
        if (isStream) for (const frame of [ROLE, CONTENT, END]) body.frame(frame);
        else body.frame(Buffer.from(`{"choices":[],${USAGE}}`));
        body.end();
      },
    });
    const send = rig.client.send.bind(rig.client);
    rig.client.send = (...answer) => {
      rig.clock.advance(4);
      // As over HTTP, it is out a moment later.
      queueMicrotask(() => send(...answer));
    };
    const write = rig.client.write.bind(rig.client);
    rig.client.write = (frame) => {
      rig.clock.advance(2);
      return write(frame);
    };
    await rig.handled;
    await setImmediate();
    const { ownTime, outcome } = rig.observer.reports[0] ?? {};
    expect([outcome, ownTime?.afterUpstreamMs]).toEqual(["complete", isStream ? 2 : 4]);
  }
});

test("what could not be handed on took none of our time", async () => {
  const rig = new PipelineRig({ play: answerWith("nonsense") });
  await rig.handled;
  const { outcome, ownTime } = rig.observer.reports[0] ?? {};
  expect([outcome, ownTime?.afterUpstreamMs]).toEqual(["upstream_error", undefined]);
});

test("an attempt says for which failure there is another, and how long that took", async () => {
  const rig: PipelineRig = new PipelineRig({
    play: (exchange) => {
      rig.clock.advance(30);
      if (exchange.request.deployment.id === "b")
        return answerWith(`{"choices":[],${USAGE}}`)(exchange);
      exchange.sink.head({ status: 503, headers: {} }).end();
    },
  });
  await rig.handled;
  const starts = eventsOf(rig, "attempt_start");
  expect(starts.map(({ attempt, retryOf }) => [attempt, retryOf])).toEqual([
    [1, undefined],
    [2, { code: "upstream_overloaded", durationMs: 30 }],
  ]);
});

test("requests are numbered, and their attempts with them", async () => {
  const rig = new PipelineRig({ play: answerWith(`{"choices":[],${USAGE}}`) });
  await rig.handled;
  const numbers = rig.observer.events.map((event) =>
    event.type === "request_end" ? event.report.requestNumber : event.requestNumber,
  );
  expect(new Set(numbers)).toEqual(new Set([1]));
});

test("the upstream gets the trace that the observer gives for its attempt", async () => {
  const trace = { traceparent: "00-client" };
  const rig = new PipelineRig({ trace, play: answerWith(`{"choices":[],${USAGE}}`) });
  rig.observer.traceHeaders = (attempt, own) => ({
    traceparent: `00-ours-${attempt.attempt}`,
    tracestate: own["traceparent"] ?? "",
  });
  await rig.handled;
  expect(eventsOf(rig, "request_start")).toMatchObject([{ trace }]);
  expect(rig.upstream.exchanges[0]?.request.headers).toMatchObject({
    traceparent: "00-ours-1",
    tracestate: "00-client",
  });
});

test("a request is settled at the price of its model", async () => {
  const pricing = { inputNanoUsd: 200, cachedInputNanoUsd: 50, outputNanoUsd: 600 };
  const play = answerWith(`{"choices":[],${USAGE}}`);
  const rig = new PipelineRig({ play, route: { pricing } });
  await rig.handled;
  expect(rig.observer.reports[0]?.settlement).toMatchObject({
    inputTokens: 7,
    outputTokens: 3,
    source: "reported",
    costNanoUsd: 7 * 200 + 3 * 600,
  });
});
