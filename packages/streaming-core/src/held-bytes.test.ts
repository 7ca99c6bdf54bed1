import fc from "fast-check";
import { expect, test } from "vitest";
import { HeldBytes } from "./held-bytes.ts";

test("what was added is taken, in order and as often as one likes", () => {
  const piece = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(fc.array(piece)), (rounds) => {
      const held = new HeldBytes();
      for (const pieces of rounds) {
        for (const bytes of pieces) held.add(bytes);
        const whole = Buffer.concat(pieces);
        expect(held.length).toBe(whole.length);
        expect(held.take().equals(whole)).toBe(true);
        expect(held.length).toBe(0);
      }
    }),
  );
});

test("a piece that is kept is never written to", () => {
  const held = new HeldBytes();
  const frame = Buffer.from("first, with room behind");
  held.add(frame.subarray(0, 5));
  held.add(Buffer.from("XX"));
  expect(held.take().toString()).toBe("firstXX");
  expect(frame.toString()).toBe("first, with room behind");
});

test("ten million single bytes take seconds and little memory", () => {
  const held = new HeldBytes();
  const byte = Buffer.from("x");
  for (let count = 0; count < 10_000_000; count++) held.add(byte);
  expect(held.take().length).toBe(10_000_000);
});
