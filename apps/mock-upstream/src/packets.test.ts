import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Frame } from "./frame.ts";
import { joinFrames, recutFrames, splitFrames, toPackets } from "./packets.ts";
import { ScenarioError } from "./scenario-syntax.ts";
import { DEFAULT_SCENARIO } from "./scenario.ts";

/** Frames from `"0 abc, 10 de"`: when and what; each holds one token. */
function frames(timeline: string): Frame[] {
  return timeline.split(", ").map((entry) => {
    const [atMs = "", text = ""] = entry.split(" ");
    return { atMs: Number(atMs), bytes: Buffer.from(text), tokens: 1, isApart: false };
  });
}

/** The reverse, with the tokens. */
function show(pieces: readonly Frame[]): string {
  return pieces
    .map(({ atMs, bytes, tokens }) => `${atMs} ${bytes.toString()} ${tokens}`)
    .join(", ");
}

test("joined frames go when the last of them is due", () => {
  expect(show(joinFrames(frames("0 abc, 10 de, 20 f"), 2))).toBe("10 abcde 2, 20 f 1");
  expect(show(joinFrames(frames("0 abc, 10 de, 20 f"), 0))).toBe("20 abcdef 3");
});

test("a token is in the last piece of its frame", () => {
  expect(show(splitFrames(frames("0 abcd, 10 e"), 3, 0))).toBe("0 a 0, 0 b 0, 0 cd 1, 10 e 1");
  expect(show(recutFrames(frames("0 abcd, 10 e, 20 fg"), 3, 0))).toBe("0 abc 0, 20 def 2, 20 g 1");
});

test("pieces keep their distance, also from the next frame", () => {
  expect(show(splitFrames(frames("5 ab, 8 cd"), 2, 4))).toBe("5 a 0, 9 b 1, 13 c 0, 17 d 1");
});

test("cutting changes neither bytes nor tokens, and nothing goes early", () => {
  const timelines = fc.array(
    fc.record({
      atMs: fc.nat(50),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
      tokens: fc.nat(2),
      isApart: fc.constant(false),
    }),
    { minLength: 1 },
  );
  const settings = fc.record({
    eventsPerWrite: fc.nat(3),
    writesPerEvent: fc.integer({ min: 1, max: 4 }),
    writeBytes: fc.nat(5),
    writeGap: fc.nat(3),
  });
  fc.assert(
    fc.property(timelines, settings, (some, cuts) => {
      const whole = some.toSorted((a, b) => a.atMs - b.atMs);
      const pieces = toPackets(whole, { ...DEFAULT_SCENARIO, ...cuts });
      expect(joinFrames(pieces, 0)[0]?.bytes).toEqual(joinFrames(whole, 0)[0]?.bytes);
      expect(joinFrames(pieces, 0)[0]?.tokens).toBe(joinFrames(whole, 0)[0]?.tokens);
      expect(pieces).toEqual(pieces.toSorted((a, b) => a.atMs - b.atMs));
      expect(pieces.at(-1)?.atMs).toBeGreaterThanOrEqual(whole.at(-1)?.atMs ?? 0);
    }),
  );
});

test("more writes than memory allows are refused", () => {
  const long = [{ atMs: 0, bytes: Buffer.alloc(1_000_001), tokens: 1, isApart: false }];
  expect(() => recutFrames(long, 1, 0)).toThrow(ScenarioError);
});
