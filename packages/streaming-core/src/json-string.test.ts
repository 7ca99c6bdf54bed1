import fc from "fast-check";
import { expect, test } from "vitest";
import { countStringBytes } from "./json-string.ts";

/** Short, long, and with an escape anywhere. */
const text = fc
  .array(fc.oneof(fc.string(), fc.constantFrom("\\", '"', '\\"', "x".repeat(70))), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));

test("a string ends at its closing quote, whatever is in it and wherever it stands", () => {
  fc.assert(
    fc.property(text, text, (before, own) => {
      const head = `{"a":${JSON.stringify(before)},"b":"`;
      const written = JSON.stringify(own).slice(1, -1);
      const bytes = Buffer.from(`${head}${written}","c":"d"}`);
      const start = Buffer.byteLength(head);
      expect(countStringBytes(bytes, start, bytes.length)).toBe(Buffer.byteLength(written));
    }),
    { numRuns: 2000 },
  );
});

test.each(["", "x", "x".repeat(63), "x".repeat(64), "x".repeat(200), "\\", '\\"', "x\\"])(
  "one without an end goes no further than it may: %j",
  (own) => {
    const bytes = Buffer.from(`${own}" and more`);
    const { length } = Buffer.from(own);
    expect(countStringBytes(bytes, 0, length)).toBe(length);
  },
);

test("a megabyte costs no more than that", () => {
  const startMs = performance.now();
  for (const unit of ["x", '\\"', "\\\\", `${"x".repeat(70)}\\"`]) {
    const bytes = Buffer.from(`${unit.repeat(1_000_000 / unit.length)}"`);
    expect(countStringBytes(bytes, 0, bytes.length)).toBe(bytes.length - 1);
  }
  expect(performance.now() - startMs).toBeLessThan(1000);
});
