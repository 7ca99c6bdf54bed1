import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ScriptedBody } from "./frame.ts";
import { gzipBody } from "./gzip-body.ts";

test("the pieces together are one gzip stream", () => {
  const texts = fc.array(fc.string({ minLength: 1, unit: "binary" }), { minLength: 1 });
  fc.assert(
    fc.property(texts, (parts) => {
      const zipped = gzipBody(toBody(parts)).frames.map(({ bytes }) => bytes);
      expect(zipped.length).toBe(parts.length);
      expect(gunzipSync(Buffer.concat(zipped)).equals(Buffer.from(parts.join("")))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

function toBody(parts: readonly string[]): ScriptedBody {
  const frames = parts.map((part) => {
    return { atMs: 0, bytes: Buffer.from(part), tokens: 1, isApart: false };
  });
  return { frames, loop: undefined, ending: "end", endAtMs: 0 };
}
