import { RECORDED_STREAMS } from "@slipstream/testkit/recorded-streams";
import fc from "fast-check";
import { expect, test } from "vitest";
import { findUsageSpan } from "./usage-span.ts";

/** The JSON without the span, `undefined` when there is none; the event stands within other bytes. */
function cutUsage(json: string): string | undefined {
  const [before, after] = [`{"usage":1,`, `,"usage":2}`];
  const bytes = Buffer.from(before + json + after);
  const end = bytes.length - after.length;
  const span = findUsageSpan(bytes, before.length, end);
  if (span === undefined) return undefined;
  expect(span.start >= before.length && span.start < span.end && span.end <= end).toBe(true);
  const rest = Buffer.concat([
    bytes.subarray(before.length, span.start),
    bytes.subarray(span.end, end),
  ]);
  return rest.toString();
}

test.each([
  [`{"usage":null}`, `{}`],
  [`{"usage":{"a":[1,{"b":"}"}]},"id":1}`, `{"id":1}`],
  [`{"id":1,"usage":{"a":1}}`, `{"id":1}`],
  [`{"id":1,"usage":{"a":1},"x":2}`, `{"id":1,"x":2}`],
  [`{ "usage" : 1 , "id" : 2 }`, `{  "id" : 2 }`],
  [`{ "id" : 2 ,\n\t"usage"\r\n: "a,\\"}" }`, `{ "id" : 2  }`],
  [`{"x_groq":{"usage":{"a":1}},"usage":{"a":1}}`, `{"x_groq":{"usage":{"a":1}}}`],
  [`{"a":"\\\\","usage":1}`, `{"a":"\\\\"}`],
])("%s", (json, rest) => {
  expect(cutUsage(json)).toBe(rest);
});

test.each([
  `{"x_groq":{"usage":{"a":1}}}`,
  `{"choices":[{"usage":1}]}`,
  `{"content":"\\"usage\\":{}"}`,
  `{"a":"usage"}`,
  `{"usages":1,"_usage":2}`,
  `[{"usage":1}]`,
  `"usage"`,
  `[DONE]`,
  ``,
])("%s has none", (json) => {
  expect(cutUsage(json)).toBe(undefined);
});

test("of real events", () => {
  const found = RECORDED_STREAMS.flatMap(({ bytes }) =>
    [...bytes.toString().matchAll(/^data: ?(\{.*\})\r?$/gm)].map(([, json]) => {
      const { usage, ...rest } = JSON.parse(json ?? "") as Record<string, unknown>;
      const cut = cutUsage(json ?? "");
      expect(cut === undefined).toBe(usage === undefined);
      if (cut !== undefined) expect(JSON.parse(cut)).toStrictEqual(rest);
      return cut;
    }),
  );
  expect(found.filter((cut) => cut !== undefined).length).toBeGreaterThan(50);
});

const text = fc.oneof(
  fc.string(),
  fc.constantFrom("usage", `"usage":`, `,"usage":1,`, "}", "]", `\\`, `\\"`, "x_groq"),
);
/** No backslashes: Node 24.21's own `JSON.parse` can take the key `"\""` for `"\\"` when it has met that before. */
const key = text.filter((characters) => !characters.includes("\\"));
const { json: anyJson } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, false, 0, -1.5e-7, 1e21),
    text,
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(key, tie("json"), { maxKeys: 4 }),
  ),
}));
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

/** JSON with white space wherever it may be. */
function print(value: unknown, gap: () => string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const items = Array.isArray(value)
    ? value.map((item) => print(item, gap))
    : printMembers(Object.entries(value), gap);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}${gap()}${items.join(`${gap()},${gap()}`)}${gap()}${close}`;
}

function printMembers(
  members: readonly (readonly [string, unknown])[],
  gap: () => string,
): string[] {
  return members.map(
    ([name, item]) => `${JSON.stringify(name)}${gap()}:${gap()}${print(item, gap)}`,
  );
}

test("whatever the JSON and its layout, only the top-level usage goes, and nothing else changes", () => {
  const members = fc.uniqueArray(fc.tuple(key, anyJson), {
    maxLength: 5,
    selector: ([name]) => name,
  });
  fc.assert(
    fc.property(
      members,
      fc.nat(5),
      anyJson,
      fc.array(space, { minLength: 1 }),
      (all, at, usage, gaps) => {
        let next = 0;
        const gap = (): string => gaps[next++ % gaps.length] ?? "";
        const others = all.filter(([name]) => name !== "usage");
        const withUsage = others.toSpliced(at, 0, ["usage", usage]);
        const wrap = (items: readonly string[]): string =>
          `${gap()}{${gap()}${items.join(`${gap()},${gap()}`)}${gap()}}${gap()}`;

        expect(cutUsage(wrap(printMembers(others, gap)))).toBe(undefined);
        const cut = cutUsage(wrap(printMembers(withUsage, gap)));
        expect(JSON.stringify(JSON.parse(cut ?? ""))).toBe(
          JSON.stringify(Object.fromEntries(others)),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test("what begins with the key is no object, whatever stands in front of the data", () => {
  for (const before of [",", "{"]) {
    const bytes = Buffer.from(`${before}"usage":}`);
    expect(findUsageSpan(bytes, 1, bytes.length)).toBe(undefined);
  }
});

test("whatever the bytes, it ends and stays within them", () => {
  const piece = fc.constantFrom(`"usage"`, `"`, `\\`, "{", "}", "[", "]", ",", ":", " ", "1", "é");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      cutUsage(pieces.join(""));
    }),
    { numRuns: 1000 },
  );
});
