import { setImmediate as turn } from "node:timers/promises";
import type { ChunkFacts } from "@slipstream/contracts/chunk";
import type { StreamRecorder } from "@slipstream/contracts/request-events";
import { readChunk } from "@slipstream/dialects/openai-chat/read-chunk";
import { CHAT_STREAM } from "@slipstream/dialects/stream-dialects";
import { collectGarbage } from "@slipstream/testkit/collect-garbage";
import { RECORDED_STREAMS } from "@slipstream/testkit/recorded-streams";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chunk, cut, DONE, FINISH, Rig } from "../test/relay-rig.ts";
import { EVENT_BYTES_MAX } from "./sse-scanner.ts";
import { StreamMeter } from "./stream-meter.ts";
import { GATE_BYTES_MAX } from "./stream-relay.ts";

describe.each(RECORDED_STREAMS)("$name", ({ bytes, chunks, finishReason, usage }) => {
  function check(frames: readonly Buffer[]): void {
    const rig = new Rig().play(frames);
    const { meter, client } = rig;
    expect(client.bytes.equals(bytes)).toBe(true);
    expect(rig.ending).toEqual({ type: "complete" });
    expect(rig.told).toEqual(["commit", "firstChunk", "ended"]);
    expect(rig.gapsMs.length).toBe(chunks - 1);
    const { finishReason: finish, usage: used } = meter;
    expect([meter.chunks, finish, used]).toEqual([chunks, finishReason, usage]);
  }

  test("in one frame", () => check([bytes]));

  test("cut at every byte position", () => {
    for (let offset = 1; offset < bytes.length; offset++) check(cut(bytes, [offset]));
  });

  test("byte by byte", () => check([...bytes].map((byte) => Buffer.from([byte]))));

  test("cut anywhere, any number of times", () => {
    const offsets = fc.array(fc.nat(bytes.length), { maxLength: 12 });
    fc.assert(fc.property(offsets, (places) => check(cut(bytes, places))));
  });
});

test("first chunk and gaps are timed by content, not by frames", () => {
  const rig = new Rig();
  for (const [atMs, frame] of [
    [100, `data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n`],
    [120, chunk("a")],
    [150, ": ping\n\n"],
    [170, chunk("b") + chunk("c")],
    [300, FINISH + DONE],
  ] as const) {
    rig.clock.advance(atMs - rig.clock.nowMs());
    rig.relay.frame(Buffer.from(frame));
  }
  rig.relay.end();
  expect(rig.relay.report).toMatchObject({
    firstChunkMs: 120,
    chunks: 3,
    gapMsMax: 50,
    blockedMs: 0,
  });
  expect(rig.gapsMs).toEqual([50, 0]);
});

function withUsage(tokens: unknown): string {
  return chunk("a").replace("]}\n\n", `],"usage":{"completion_tokens":${String(tokens)}}}\n\n`);
}

test("where every event tells, a chunk counts for the tokens that it holds", () => {
  const rig = new Rig("nothing", 1, true);
  // Three at once, two, no telling, less than before, and far too many.
  for (const tokens of [1, 4, 6, null, 5, 90_000, 90_001]) {
    rig.relay.frame(Buffer.from(withUsage(tokens)));
  }
  expect(rig.gapTokens).toEqual([3, 2, 1, 1, 1, 1]);
  expect(rig.client.text).not.toContain("usage");
});

test("what was let go is timed from its read; what is held is not", () => {
  const rig = new Rig();
  const bytes = Buffer.from(chunk("a"));
  rig.relay.frame(bytes.subarray(0, 10));
  expect(rig.delaysMs).toEqual([]);
  rig.relay.frame(bytes.subarray(10));
  expect(rig.delaysMs).toEqual([0]);
});

test("the time for which a client held the upstream back", () => {
  const rig = new Rig();
  rig.client.keepsUp = false;
  rig.relay.frame(Buffer.from(chunk("a")));
  rig.clock.advance(40);
  expect(rig.relay.report.blockedMs).toBe(40);
  rig.client.keepsUp = true;
  rig.relay.drained();
  rig.clock.advance(100);
  rig.relay.frame(Buffer.from(FINISH + DONE));
  expect(rig.relay.report.blockedMs).toBe(40);
});

test("nothing reaches the client before the first event", () => {
  const rig = new Rig();
  rig.relay.frame(Buffer.from(": loading\n\n"));
  rig.relay.frame(Buffer.from(`data: {"choices"`));
  expect(rig.told).toEqual([]);
  rig.relay.frame(Buffer.from(`:[]}\n\n`));
  expect(rig.client.text).toBe(`: loading\n\ndata: {"choices":[]}\n\n`);
});

test("a stream that begins with an error is not committed", () => {
  const rig = new Rig();
  rig.relay.frame(Buffer.from(`data: {"error":{"message":"no","code":503}}\n\n`));
  expect(rig.told).toEqual(["ended"]);
  expect(rig.ending).toEqual({ type: "error_event", error: { message: "no", status: 503 } });
});

test("an error event ends the stream in front of itself", () => {
  const rig = new Rig();
  const error = `data: {"error":"boom"}\n\n`;
  rig.relay.frame(Buffer.from(chunk("a") + error + chunk("b") + DONE));
  rig.relay.frame(Buffer.from(DONE));
  rig.relay.end();
  expect(rig.client.text).toBe(chunk("a"));
  expect(rig.told).toEqual(["commit", "firstChunk", "ended"]);
});

test("a slow client pauses the upstream until it has drained", () => {
  const rig = new Rig();
  rig.client.keepsUp = false;
  rig.relay.frame(Buffer.from(chunk("a")));
  expect(rig.isPaused).toBe(true);
  rig.relay.drained();
  expect(rig.isPaused).toBe(false);
});

test("an event beyond the bound passes on as it comes", () => {
  const large = chunk("x".repeat(EVENT_BYTES_MAX + 10));
  const bytes = Buffer.from(chunk("a") + large + chunk("b") + FINISH + DONE);
  const rig = new Rig();
  let heldBytesMax = 0;
  for (let offset = 0; offset < bytes.length; offset += 65_536) {
    rig.relay.frame(bytes.subarray(offset, offset + 65_536));
    const received = Math.min(offset + 65_536, bytes.length);
    heldBytesMax = Math.max(heldBytesMax, received - rig.client.bytes.length);
  }
  rig.relay.end();
  expect(rig.client.bytes.equals(bytes)).toBe(true);
  expect(rig.meter.chunks).toBe(3);
  expect(heldBytesMax).toBeLessThanOrEqual(EVENT_BYTES_MAX);
});

test("only the first and the last events of a plain stream are parsed", () => {
  let parsed = 0;
  const countedReadChunk = (data: Buffer): ChunkFacts => {
    parsed++;
    return readChunk(data);
  };
  const recorder: StreamRecorder = { recordGap: () => undefined, recordDelay: () => undefined };
  const meter = new StreamMeter({
    dialect: { ...CHAT_STREAM, readChunk: countedReadChunk },
    usage: { view: "everything", isContinuous: false },
    choices: 1,
    recorder,
    startMs: 0,
  });
  const events = Array.from({ length: 1000 }, (_, index) => chunk(`token ${index}`));
  for (const event of [...events, FINISH, DONE]) {
    const data = Buffer.from(event.slice("data: ".length, -2));
    meter.event(data, 0, data.length);
  }
  expect(meter.chunks).toBe(1000);
  // The first content, the last one (it may hold the usage), the finish reason and the end.
  expect(parsed).toBe(4);
});

test("comments in front of the first event are held up to a bound, and then passed on", () => {
  const rig = new Rig();
  const comment = `: ${"x".repeat(1000)}\n\n`;
  const held = Math.floor(GATE_BYTES_MAX / comment.length);
  for (let count = 0; count < held; count++) rig.relay.frame(Buffer.from(comment));
  expect([rig.client.bytes.length, rig.told]).toEqual([0, []]);
  rig.relay.frame(Buffer.from(comment));
  expect(rig.told).toEqual(["commit"]);
  expect(rig.client.text).toBe(comment.repeat(held + 1));
});

test("a stream keeps nothing of the frame from which it has learned what content looks like", async () => {
  const rig = new Rig();
  const pushFrame = (text: string): WeakRef<ArrayBufferLike> => {
    const frame = Buffer.from(new ArrayBuffer(text.length));
    frame.write(text);
    rig.relay.frame(frame);
    return new WeakRef(frame.buffer);
  };
  // The fake client would keep what it was sent.
  rig.client.write = () => true;
  const learned = pushFrame(chunk("a"));
  // The last event is kept until it is known that it is not the last.
  pushFrame(chunk("b"));
  // A weak reference that was made in this turn keeps what it refers to.
  await turn();
  collectGarbage();
  expect(learned.deref()).toBe(undefined);
  expect(rig.meter.chunks).toBe(2);
});
