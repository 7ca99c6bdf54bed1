import fc from "fast-check";
import { expect, test } from "vitest";
import { checkLongStrings, leaveOut } from "./long-strings.ts";

const nextTurn = (): Promise<void> => Promise.resolve();

/** Whether the whole of it is a string, as JSON.parse sees it. */
function isString(json: Buffer): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(json);
    return typeof JSON.parse(text) === "string";
  } catch {
    return false;
  }
}

const PARTS = ["\\\\", '\\"', "\\u00e9", "\\ud83d\\ude00", "é", "€", "😀", "x", "u00e9", "\\n"].map(
  (part) => Buffer.from(part),
);
const BROKEN = [Buffer.from("\n"), Buffer.from("\\x"), Buffer.from("\\u00"), Buffer.from([0xff])];

const parts = fc.array(
  fc.oneof(
    { arbitrary: fc.constantFrom(...PARTS), weight: 30 },
    { arbitrary: fc.constantFrom(...BROKEN), weight: 1 },
  ),
  { maxLength: 60 },
);

test("in pieces of any size, a string is one when JSON.parse says so", async () => {
  let accepted = 0;
  const runs = 3000;
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 12, max: 40 }), async (pieces, pieceBytes) => {
      const json = Buffer.concat([Buffer.from('"'), ...pieces, Buffer.from('"')]);
      const strings = [{ start: 0, end: json.length }];
      const check = checkLongStrings(json, strings, nextTurn, pieceBytes);
      const isGood = await check.then(
        () => true,
        () => false,
      );
      expect(isGood).toBe(isString(json));
      if (isGood) accepted++;
    }),
    { numRuns: runs },
  );
  expect(accepted).toBeGreaterThan(runs / 20);
});

test("what is left out leaves an empty string", () => {
  const json = Buffer.from(`["abc",{"a":"def"},1]`);
  const strings = [
    { start: 1, end: 6 },
    { start: 12, end: 17 },
  ];
  expect(leaveOut(json, strings).toString()).toBe(`["",{"a":""},1]`);
  expect(leaveOut(json, []).toString()).toBe(json.toString());
});
