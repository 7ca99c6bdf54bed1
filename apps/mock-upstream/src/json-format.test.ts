import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toJson } from "./json-format.ts";

const VALUE = { a: 1, b: ["é\u{1F600}\n", {}, [], null], "c,": { d: ",\n : " } };

test.each([
  ["compact", String.raw`{"a":1,"b":["é😀\n",{},[],null],"c,":{"d":",\n : "}}`],
  ["spaced", String.raw`{"a": 1, "b": ["é😀\n", {}, [], null], "c,": {"d": ",\n : "}}`],
  [
    "python",
    String.raw`{"a": 1, "b": ["\u00e9\ud83d\ude00\n", {}, [], null], "c,": {"d": ",\n : "}}`,
  ],
] as const)("%s", (format, json) => {
  expect(toJson(VALUE, format)).toBe(json);
});

test("every format is the same JSON", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" })),
      fc.constantFrom("compact", "spaced", "python", "indented"),
      (value, format) => {
        const same = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(toJson(value, format))).toEqual(same);
      },
    ),
    { numRuns: 40 },
  );
});
