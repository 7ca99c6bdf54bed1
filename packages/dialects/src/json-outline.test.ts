import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonOutline } from "./json-outline.ts";
import type { OutlineBounds } from "./json-outline.ts";

const BOUNDS: OutlineBounds = { depthMax: 128, containersMax: 1e9, membersMax: 1e9 };

/** Reads the bytes as they arrive: so many at a time, and those that came before stay. */
function readInPieces(bytes: Buffer, pieceBytes: number, outline: JsonOutline): string {
  for (let end = pieceBytes; end < bytes.length; end += pieceBytes) {
    outline.read(bytes.subarray(0, end));
  }
  return outline.read(bytes);
}

const container = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
const layout = fc.constantFrom(0, 1, "\t");
const pieceBytes = fc.integer({ min: 1, max: 9 });

test("whatever JSON it is and wherever it is cut, it is whole at its end and not before", () => {
  fc.assert(
    fc.property(container, layout, pieceBytes, (value, indent, bytes) => {
      const json = Buffer.from(JSON.stringify(value, null, indent));
      expect(readInPieces(json, bytes, new JsonOutline(BOUNDS))).toBe("whole");
      expect(new JsonOutline(BOUNDS).read(json.subarray(0, -1))).toBe("open");
      const padded = Buffer.concat([json, Buffer.from(" \r\n\t")]);
      expect(new JsonOutline(BOUNDS).read(padded)).toBe("whole");
    }),
  );
});

test("strings of quotes and backslashes, however they are cut", () => {
  const text = fc.array(fc.constantFrom('"', "\\", "x", "\n"), { maxLength: 300 });
  fc.assert(
    fc.property(text, pieceBytes, (pieces, bytes) => {
      const json = Buffer.from(JSON.stringify({ [pieces.join("")]: pieces.join("") }));
      expect(readInPieces(json, bytes, new JsonOutline(BOUNDS))).toBe("whole");
    }),
  );
});

const TOKENS = ["{", "}", "[", "]", ",", ":", "1", " ", '"', '"a"', "true"] as const;

test("what comes where it must not", () => {
  const bytes = fc.array(fc.constantFrom(...TOKENS), { maxLength: 12 });
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 3 }), (pieces, size) => {
      const text = `[${pieces.join("")}`;
      const state = readInPieces(Buffer.from(text), size, new JsonOutline(BOUNDS));
      expect(state === "whole").toBe(isJson(text.replaceAll(/(?:1|true)+/g, "1")));
    }),
    { numRuns: 20_000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ["[[[1]]]", { ...BOUNDS, depthMax: 2 }, "too_deep"],
  ["[[[1]]]", { ...BOUNDS, depthMax: 3 }, "whole"],
  ["[[],{},[]]", { ...BOUNDS, containersMax: 3 }, "too_many_containers"],
  ["[[],{},[]]", { ...BOUNDS, containersMax: 4 }, "whole"],
  ['[{"a":1},{"a":{"b":2}}]', { ...BOUNDS, membersMax: 2 }, "too_many_members"],
  ['[{"a":1},{"a":{"b":2}}]', { ...BOUNDS, membersMax: 3 }, "whole"],
  ['{"a":"[{:,"}', { depthMax: 1, containersMax: 1, membersMax: 1 }, "whole"],
])("%s within %j is %s", (json, bounds, state) => {
  expect(new JsonOutline(bounds).read(Buffer.from(json))).toBe(state);
});

const PIECE_BYTES = 64 * 1024;

/** Sixteen megabytes of the same. */
function fill(begin: string, unit: string): Buffer {
  return Buffer.from(begin + unit.repeat(Math.floor((16 * 1024 * 1024) / unit.length)));
}

test.each([
  ["lists", fill("[", "[],")],
  ["members", fill("{", `"a":1,`)],
  ["escaped quotes", fill(`["`, `\\"`)],
  ["backslashes", fill(`["`, `\\\\`)],
  ["white space", fill("[", " ")],
  ["numbers", fill("[", "0.123456789,")],
  ["digits", fill("[", "0")],
  ["short strings", fill("[", `"abc",`)],
])("no piece of sixteen megabytes of %s takes long, however much came before", (_name, json) => {
  const outline = new JsonOutline(BOUNDS);
  const tookMs: number[] = [];
  for (let end = PIECE_BYTES; end <= json.length; end += PIECE_BYTES) {
    const startMs = performance.now();
    expect(outline.read(json.subarray(0, end))).toBe("open");
    tookMs.push(performance.now() - startMs);
  }
  // The median: one of them can always meet a pause of the machine.
  const middle = Math.floor(tookMs.length / 2);
  expect(tookMs.toSorted((a, b) => a - b)[middle]).toBeLessThan(20);
});
