/** What a client pays that leaves before the stream has told what it has cost. */
import { GatewayError } from "@slipstream/contracts/errors";
import type { BodySink } from "@slipstream/contracts/upstream";
import { LEFT_BYTES_MAX } from "@slipstream/streaming-core/stream-relay";
import type { FakeExchange } from "@slipstream/testkit/fake-upstream";
import { expect, test } from "vitest";
import { SWEEP_INTERVAL_MS } from "../src/running-time.ts";
import { USAGE_WAIT_MS } from "../src/request-life.ts";
import { chatBody, PipelineRig } from "./pipeline-rig.ts";

const PRICING = { inputNanoUsd: 1, cachedInputNanoUsd: 1, outputNanoUsd: 2000 };
const FINISH = event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
const DONE = "data: [DONE]\n\n";

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function chunk(delta: object): string {
  return event({ choices: [{ index: 0, delta }] });
}

function text(tokens: number): string {
  return chunk({ content: "word".repeat(tokens) });
}

function usage(tokens: number): string {
  return event({ choices: [], usage: { prompt_tokens: 9, completion_tokens: tokens } });
}

interface Stream {
  readonly rig: PipelineRig;
  readonly exchange: FakeExchange;
  readonly body: BodySink;
  /** What the upstream sends. */
  readonly send: (...events: readonly string[]) => void;
}

async function stream(fields: object = {}): Promise<Stream> {
  let started: Pick<Stream, "exchange" | "body"> | undefined;
  const rig = new PipelineRig({
    body: chatBody({ stream: true, ...fields }),
    route: { pricing: PRICING },
    play: (exchange) => {
      const headers = { "content-type": "text/event-stream" };
      started = { exchange, body: exchange.sink.head({ status: 200, headers }) };
    },
  });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  if (started === undefined) throw new Error("nothing was sent upstream");
  const { exchange, body } = started;
  const send = (...events: readonly string[]): void => body.frame(Buffer.from(events.join("")));
  return { rig, exchange, body, send };
}

/** As outcome, output tokens, source and what they cost. */
function settled(rig: PipelineRig): string {
  const [report, ...more] = rig.observer.reports;
  if (report === undefined || more.length > 0) throw new Error("not one end");
  const { outcome, settlement } = report;
  return `${outcome} ${settlement?.outputTokens} ${settlement?.source}`;
}

function pass(rig: PipelineRig, ms: number): void {
  for (let passed = 0; passed < ms; passed += SWEEP_INTERVAL_MS) {
    rig.clock.advance(SWEEP_INTERVAL_MS);
    rig.openRequests.sweep(rig.clock.nowMs());
  }
}

test.each([
  ["long chunks", [text(60_000), text(60_000), text(180_000)], 300_000],
  ["one call of a tool", [chunk({ tool_calls: [{ function: { arguments: "{" } }] })], 2000],
  ["hidden reasoning", [chunk({ content: "42" })], 5000],
])("who leaves at the finish reason pays what was reported: %s", async (_name, sent, tokens) => {
  const { rig, exchange, body, send } = await stream();
  send(...sent, FINISH);
  rig.client.leave();
  expect(rig.observer.reports).toEqual([]);
  expect(rig.openRequests.count).toBe(1);
  pass(rig, 200);
  send(usage(tokens), DONE);
  body.end();
  expect(settled(rig)).toBe(`client_abort ${tokens} reported`);
  expect(rig.observer.reports[0]?.settlement?.costNanoUsd).toBe(9 + 2000 * tokens);
  expect(rig.observer.types.filter((type) => type === "attempt_end")).toHaveLength(1);
  expect(rig.openRequests.count).toBe(0);
  expect(exchange.isKept).toBe(true);
  await rig.handled;
});

test.each([
  ["five chunks of 2,000 tokens", Array.from({ length: 5 }, () => text(2000)), 10_000],
  [
    "one call of 2,000 tokens",
    [chunk({ tool_calls: [{ function: { name: "f", arguments: "abcd".repeat(2000) } }] })],
    2001,
  ],
  ["tokens one by one", Array.from({ length: 7 }, () => text(1)), 7],
])("who leaves before that pays for the text: %s", async (_name, sent, tokens) => {
  const { rig, exchange, send } = await stream();
  send(...sent);
  rig.client.leave();
  expect(settled(rig)).toBe(`client_abort ${tokens} estimated`);
  expect(exchange.isAborted).toBe(true);
});

test("the usage is awaited no longer than that", async () => {
  const { rig, exchange, send } = await stream();
  send(text(10), FINISH);
  rig.client.leave();
  pass(rig, USAGE_WAIT_MS - SWEEP_INTERVAL_MS);
  expect(rig.observer.reports).toEqual([]);
  pass(rig, SWEEP_INTERVAL_MS);
  expect(settled(rig)).toBe("client_abort 10 estimated");
  expect(exchange.isAborted).toBe(true);
  expect(rig.openRequests.count).toBe(0);
});

test("nor is more read for it than that", async () => {
  const { rig, exchange, body, send } = await stream();
  send(text(10), FINISH);
  rig.client.leave();
  body.frame(Buffer.alloc(LEFT_BYTES_MAX, ": \n\n"));
  expect(rig.observer.reports).toEqual([]);
  send(":");
  expect(settled(rig)).toBe("client_abort 10 estimated");
  expect(exchange.isAborted).toBe(true);
});

test.each<[string, (stream: Stream) => void]>([
  ["breaks off", ({ body }) => body.failed(new GatewayError("upstream_truncated", "gone"))],
  ["reports an error", ({ send }) => send(event({ error: { message: "no" } }))],
  ["is cut by the gateway's end", ({ rig }) => rig.openRequests.failAll()],
])("a stream that %s instead ends the request all the same", async (_how, finish) => {
  const playing = await stream();
  const { rig, send } = playing;
  send(text(10), FINISH);
  rig.client.leave();
  finish(playing);
  expect(settled(rig)).toBe("client_abort 10 estimated");
  expect(rig.openRequests.count).toBe(0);
  await rig.handled;
});

test("a client that stopped reading at the finish reason pays what was reported too", async () => {
  const { rig, exchange, body, send } = await stream();
  rig.client.keepsUp = false;
  rig.client.pendingBytes = 100;
  send(text(1), FINISH);
  expect(exchange.isPaused).toBe(true);
  while (rig.client.ending === "none") pass(rig, SWEEP_INTERVAL_MS);
  expect(exchange.isPaused).toBe(false);
  send(usage(5000), DONE);
  body.end();
  expect(settled(rig)).toBe("client_too_slow 5000 reported");
});

test("of several answers all have to be finished", async () => {
  const { rig, exchange, send } = await stream({ n: 2 });
  send(text(1), FINISH);
  rig.client.leave();
  expect(exchange.isAborted).toBe(true);
  expect(settled(rig)).toBe("client_abort 1 estimated");
});

test("nothing is written to a client that has left", async () => {
  const { rig, body, send } = await stream({ stream_options: { include_usage: true } });
  send(text(1), FINISH);
  const { length } = rig.client.bytes;
  rig.client.write = () => {
    throw new Error("written to nobody");
  };
  rig.client.leave();
  send(usage(3), DONE);
  body.end();
  expect(rig.client.bytes).toHaveLength(length);
  expect(settled(rig)).toBe("client_abort 3 reported");
});
