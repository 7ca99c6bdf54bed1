/** Streams that are made to cost more than their bytes. */
import { expect, test } from "vitest";
import { chunk, DONE, FINISH, Rig } from "../test/relay-rig.ts";
import { DATA_LINES_MAX } from "./sse-event.ts";
import { JUNK_EVENTS_MAX } from "./stream-meter.ts";

const FRAME_BYTES = 64 * 1024;
/** Just below what one event may have. */
const EVENT_BYTES = 1_000_000;

/** @returns what the frame that took longest has taken, ms of processor time. */
function playInFrames(rig: Rig, text: string): number {
  const bytes = Buffer.from(text);
  let longestMs = 0;
  for (let start = 0; start < bytes.length; start += FRAME_BYTES) {
    const before = process.cpuUsage();
    rig.relay.frame(bytes.subarray(start, start + FRAME_BYTES));
    longestMs = Math.max(longestMs, process.cpuUsage(before).user / 1000);
  }
  rig.relay.end();
  return longestMs;
}

function repeat(unit: string, bytes = EVENT_BYTES): string {
  return unit.repeat(bytes / unit.length);
}

test.each([
  ["lines without a field", repeat("a\n")],
  ["lines of CR", repeat("a\r")],
  ["lines of data", repeat("data: x\n")],
  ["empty lines of data", `data: {\n${repeat("data\n")}data: }\n`],
  ["lines beside usage", `data: {"usage":{}}\n${repeat("a\n")}`],
  ["one object after another", `data: {"a":[${repeat('{"a":1},')}1]}\n`],
  ["comments", repeat(":\n")],
])("an event of a megabyte of %s holds nobody up", (_name, event) => {
  const tookMs: number[] = [];
  // Once to warm up: the first look at anything is slow.
  for (const rig of [new Rig("nothing"), new Rig("nothing")]) {
    const longestMs = playInFrames(
      rig,
      chunk("a") + `${event}\n`.repeat(2) + chunk("b") + FINISH + DONE,
    );
    expect(rig.ending).toEqual({ type: "complete" });
    expect(rig.meter.chunks).toBe(2);
    tookMs.push(longestMs);
  }
  expect(Math.min(...tookMs)).toBeLessThan(100);
});

test.each([
  ["nothing", "data:\n\n"],
  ["words", "data: junk\n\n"],
  ["half an object", `data: {"a":\n\n`],
  ["a list of words", "data: [junk]\n\n"],
])("a stream of %s is given up", (_name, event) => {
  const rig = new Rig();
  rig.relay.frame(Buffer.from(chunk("a")));
  rig.relay.frame(Buffer.from(event.repeat(JUNK_EVENTS_MAX)));
  expect(rig.ending).toBe(undefined);
  rig.relay.frame(Buffer.from(event + chunk("b")));
  expect(rig.ending).toMatchObject({
    type: "failed",
    error: { code: "upstream_invalid_response" },
  });
  expect(rig.client.text).not.toContain('"b"');
});

test("junk between events that say something is passed on as it is", () => {
  const rig = new Rig();
  const part = `data: junk\n\n`.repeat(JUNK_EVENTS_MAX) + chunk("a");
  const text = part.repeat(3) + FINISH + DONE;
  playInFrames(rig, text);
  expect(rig.ending).toEqual({ type: "complete" });
  expect(rig.client.text).toBe(text);
});

test.each([
  [DATA_LINES_MAX, 1],
  [DATA_LINES_MAX + 1, 0],
])("data of %i lines has %i chunks", (lines, chunks) => {
  const begin = `data: {"choices":[{"index":0,"delta":{"content":"a"}}]\n`;
  const event = `${begin}${"data:\n".repeat(lines - 2)}data: }\n\n`;
  const rig = new Rig().play([Buffer.from(event + FINISH + DONE)]);
  expect([rig.meter.chunks, rig.ending?.type]).toEqual([chunks, "complete"]);
  expect(rig.client.text).toBe(event + FINISH + DONE);
});

test("a large picture in one event is content", () => {
  const rig = new Rig().play([Buffer.from(chunk("x".repeat(900_000)) + FINISH + DONE)]);
  expect([rig.meter.chunks, rig.ending?.type]).toEqual([1, "complete"]);
});
