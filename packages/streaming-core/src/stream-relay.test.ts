import type { ChunkFacts } from "@slipstream/contracts/chunk";
import type { GapRecorder } from "@slipstream/contracts/request-events";
import { GatewayError } from "@slipstream/contracts/errors";
import { readChunk } from "@slipstream/dialects/openai-chat/read-chunk";
import { CHAT_STREAM } from "@slipstream/dialects/stream-dialects";
import { FakeClient } from "@slipstream/testkit/fake-client";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { RECORDED_FAILURES } from "@slipstream/testkit/recorded-failures";
import { RECORDED_STREAMS } from "@slipstream/testkit/recorded-streams";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EVENT_BYTES_MAX, OVERSIZE_BYTES_MAX } from "./sse-scanner.ts";
import { StreamMeter } from "./stream-meter.ts";
import type { UsageView } from "./stream-meter.ts";
import { StreamRelay } from "./stream-relay.ts";
import type { StreamEnding } from "./stream-relay.ts";

/** A relay between a fake client and a test that plays the upstream. */
class Rig {
  readonly client = new FakeClient();
  readonly clock = new FakeClock();
  readonly gapsMs: number[] = [];
  readonly told: string[] = [];
  ending: StreamEnding | undefined;
  isPaused = false;
  readonly meter: StreamMeter;
  readonly relay: StreamRelay;

  constructor(usageView: UsageView = "everything", choices = 1) {
    const gaps: GapRecorder = { recordGap: (gapMs) => this.gapsMs.push(gapMs) };
    this.meter = new StreamMeter({ dialect: CHAT_STREAM, usageView, gaps, startMs: 0 });
    this.relay = new StreamRelay({
      client: this.client,
      clock: this.clock,
      meter: this.meter,
      choices,
      doneEvent: CHAT_STREAM.doneEvent,
      flow: { pause: () => (this.isPaused = true), resume: () => (this.isPaused = false) },
      owner: {
        commit: () => {
          this.told.push("commit");
          this.client.start(200, {});
        },
        firstChunk: () => this.told.push("firstChunk"),
        ended: (ending) => {
          this.told.push("ended");
          this.ending = ending;
        },
      },
    });
  }

  play(frames: readonly Buffer[]): this {
    for (const frame of frames) this.relay.frame(frame);
    this.relay.end();
    return this;
  }
}

/** Cuts the bytes in front of each of these offsets. */
function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const borders = [0, ...offsets.toSorted((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}

function chunk(content: string): string {
  return `data: {"choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]}\n\n`;
}

const FINISH = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`;
const DONE = "data: [DONE]\n\n";

describe.each(RECORDED_STREAMS)("$name", ({ bytes, chunks, finishReason, usage }) => {
  function check(frames: readonly Buffer[]): void {
    const rig = new Rig().play(frames);
    const { meter, client } = rig;
    expect(client.bytes.equals(bytes)).toBe(true);
    expect(rig.ending).toEqual({ type: "complete" });
    expect(rig.told).toEqual(["commit", "firstChunk", "ended"]);
    expect(rig.gapsMs.length).toBe(chunks - 1);
    const { finishReason: finish, usage: used, report } = meter;
    expect([report.chunks, finish, used]).toEqual([chunks, finishReason, usage]);
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
  expect(rig.meter.report).toEqual({ firstChunkMs: 120, chunks: 3, gapMsMax: 50 });
  expect(rig.gapsMs).toEqual([50, 0]);
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

test.each([
  ["nothing at all", "", ""],
  ["content", chunk("a"), chunk("a")],
  ["half an event", chunk("a") + `data: {"choices":[{"del`, chunk("a")],
])("a good end after %s is a truncation", (_name, sent, received) => {
  const rig = new Rig().play([Buffer.from(sent)]);
  expect(rig.ending).toEqual({ type: "truncated" });
  expect(rig.client.text).toBe(received);
});

test("what breaks off keeps whole events only", () => {
  const rig = new Rig();
  const error = new GatewayError("upstream_truncated", "gone");
  rig.relay.frame(Buffer.from(`${chunk("a")}data: {"choices":[{"del`));
  rig.relay.failed(error);
  expect(rig.client.text).toBe(chunk("a"));
  expect(rig.ending).toEqual({ type: "failed", error });
});

test("what breaks behind the announced end has broken nothing", () => {
  const rig = new Rig();
  rig.relay.frame(Buffer.from(chunk("a") + DONE));
  rig.relay.failed(new GatewayError("upstream_truncated", "gone"));
  expect(rig.ending).toEqual({ type: "complete" });
});

test("an announced end without its empty line counts", () => {
  const rig = new Rig().play([Buffer.from(`${chunk("a")}data: [DONE]`)]);
  expect(rig.ending).toEqual({ type: "complete" });
  expect(rig.client.text).toBe(chunk("a") + DONE);
});

test("what comes behind the announced end is dropped", () => {
  const rig = new Rig();
  rig.relay.frame(Buffer.from(chunk("a") + DONE + chunk("b")));
  rig.relay.frame(Buffer.from(chunk("c")));
  expect(rig.client.text).toBe(chunk("a") + DONE);
  expect(rig.ending).toEqual({ type: "complete" });
  expect(rig.meter.chunks).toBe(1);
});

test.each([FINISH, FINISH.trimEnd()])(
  "a missing [DONE] is added after a finish reason",
  (finish) => {
    const rig = new Rig().play([Buffer.from(chunk("a") + finish)]);
    expect(rig.ending).toEqual({ type: "complete" });
    expect(rig.client.text).toBe(chunk("a") + FINISH + DONE);
  },
);

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
  expect(rig.meter.report.chunks).toBe(3);
  expect(heldBytesMax).toBeLessThanOrEqual(EVENT_BYTES_MAX);
});

test("only the first and the last events of a plain stream are parsed", () => {
  let parsed = 0;
  const countedReadChunk = (data: Buffer): ChunkFacts => {
    parsed++;
    return readChunk(data);
  };
  const gaps: GapRecorder = { recordGap: () => undefined };
  const meter = new StreamMeter({
    dialect: { ...CHAT_STREAM, readChunk: countedReadChunk },
    usageView: "everything",
    gaps,
    startMs: 0,
  });
  const events = Array.from({ length: 1000 }, (_, index) => chunk(`token ${index}`));
  for (const event of [...events, FINISH, DONE]) {
    const data = Buffer.from(event.slice("data: ".length, -2));
    meter.event(data, 0, data.length);
  }
  expect(meter.report.chunks).toBe(1000);
  // The first content, the last one (it may hold the usage), the finish reason and the end.
  expect(parsed).toBe(4);
});

test("an event that never ends is given up", () => {
  const rig = new Rig();
  const frame = Buffer.alloc(1024 * 1024, "x");
  rig.relay.frame(Buffer.from(chunk("a") + "data: "));
  for (let sent = 0; sent <= OVERSIZE_BYTES_MAX; sent += frame.length) rig.relay.frame(frame);
  expect(rig.ending).toMatchObject({
    type: "failed",
    error: { code: "upstream_invalid_response" },
  });
  expect(rig.client.text.endsWith("x\n\n")).toBe(true);
});

function withUsage(event: string, usage: string): string {
  return event.replace(/\}\n\n$/, `,"usage":${usage}}\n\n`);
}

describe("usage that the client did not ask for", () => {
  const TOTAL = `{"prompt_tokens":1,"completion_tokens":2}`;
  const last = `data: {"choices":[],"usage":${TOTAL}}\n\n`;
  const plain = chunk("a") + chunk("b") + FINISH;
  const reported =
    withUsage(chunk("a"), "null") + withUsage(chunk("b"), TOTAL) + withUsage(FINISH, TOTAL) + last;

  test.each([
    ["nothing", plain + DONE],
    ["last", plain + last + DONE],
    ["everything", reported + DONE],
  ] as const)("is left out: the client sees %s", (view, seen) => {
    const bytes = Buffer.from(reported + DONE);
    for (let offset = 0; offset < bytes.length; offset++) {
      const rig = new Rig(view).play(cut(bytes, [offset]));
      expect(rig.client.text).toBe(seen);
      expect(rig.meter.usage).toMatchObject({ inputTokens: 1, outputTokens: 2 });
      expect(rig.meter.report.chunks).toBe(2);
    }
  });
});

test("bare lines of JSON become events, wherever they are cut", () => {
  const lines = [chunk("a"), chunk("b"), FINISH].map((event) => event.slice("data: ".length, -2));
  for (const lineEnd of ["\n", "\r\n"]) {
    const bytes = Buffer.from(lines.join(lineEnd));
    for (let offset = 1; offset < bytes.length; offset++) {
      const rig = new Rig().play(cut(bytes, [offset]));
      expect(rig.client.text).toBe(chunk("a") + chunk("b") + FINISH + DONE);
      expect(rig.ending).toEqual({ type: "complete" });
    }
  }
});

test("an error that comes as bare JSON is not committed", () => {
  const rig = new Rig().play([Buffer.from(`{"error":{"message":"no","code":429}}`)]);
  expect(rig.told).toEqual(["ended"]);
  expect(rig.ending).toMatchObject({ type: "error_event", error: { status: 429 } });
});

test("an upstream that sends byte by byte costs no more than its bytes", () => {
  const startMs = performance.now();
  for (const prefix of ["data: ", "{"]) {
    const rig = new Rig();
    rig.relay.frame(Buffer.from(prefix));
    for (let sent = 0; sent < 300_000; sent++) rig.relay.frame(Buffer.from("x"));
  }
  // Joining at every byte would take minutes.
  expect(performance.now() - startMs).toBeLessThan(10_000);
});

test.each([
  ["all of them", 2, "complete"],
  ["one of them", 1, "truncated"],
])("an end without [DONE] after %s have finished", (_name, finished, ending) => {
  const finish = [0, 1]
    .slice(0, finished)
    .map((index) => FINISH.replace(`"index":0`, `"index":${index}`));
  const rig = new Rig("everything", 2).play([Buffer.from(chunk("a") + finish.join(""))]);
  expect(rig.ending).toEqual({ type: ending });
});

test.each([
  `event: error\ndata: {"message":"secret","code":429}\n\n`,
  `error: {"message":"secret","code":429}\n\n`,
  `data: {"error":{"message":"secret","code":429}}\n\n`,
])("%j is an error wherever it is cut", (event) => {
  const bytes = Buffer.from(chunk("a") + event + DONE);
  for (let offset = 1; offset < bytes.length; offset++) {
    const rig = new Rig().play(cut(bytes, [offset]));
    expect(rig.ending).toMatchObject({ type: "error_event", error: { status: 429 } });
    expect(rig.client.text).toBe(chunk("a"));
  }
});

describe.each(RECORDED_FAILURES)("$name", ({ good, bad, chunks, error }) => {
  test("ends in front of the error, wherever it is cut", () => {
    const bytes = Buffer.concat([good, bad]);
    for (let offset = 1; offset < bytes.length; offset++) {
      const rig = new Rig().play(cut(bytes, [offset]));
      expect(rig.ending).toEqual({ type: "error_event", error });
      expect(rig.client.bytes.equals(good)).toBe(true);
      expect(rig.meter.chunks).toBe(chunks);
    }
  });
});
