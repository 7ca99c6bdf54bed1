import { expect, test } from "vitest";
import { checkStructure } from "./json-structure.ts";

const MEGABYTES = 9 * 1024 * 1024;

function fill(unit: string): Buffer {
  return Buffer.from(unit.repeat(Math.floor(MEGABYTES / unit.length)));
}

test.each([
  ["brackets", fill("["), "nesting"],
  ["objects", Buffer.concat([Buffer.from("["), fill("{},")]), "objects and lists"],
  ["members", Buffer.concat([Buffer.from("{"), fill(`"a":1,`)]), "fields"],
])("nine megabytes of %s are refused at once", (_name, json, what) => {
  const startMs = performance.now();
  expect(() => checkStructure(json)).toThrow(what);
  expect(performance.now() - startMs).toBeLessThan(1000);
});

test.each([
  ["one string", Buffer.concat([Buffer.from(`{"a":"`), fill("x"), Buffer.from(`"}`)])],
  ["quotes in a string", Buffer.concat([Buffer.from(`{"a":"`), fill(`\\"[{:`), Buffer.from(`"}`)])],
  ["numbers", Buffer.concat([Buffer.from(`{"input":[`), fill("1,"), Buffer.from("1]}")])],
  ["an open string", Buffer.concat([Buffer.from(`{"a":"`), fill(`\\\\`)])],
])("nine megabytes of %s are no matter", (_name, json) => {
  const startMs = performance.now();
  checkStructure(json);
  expect(performance.now() - startMs).toBeLessThan(1000);
});
