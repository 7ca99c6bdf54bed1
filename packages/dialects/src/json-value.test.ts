import { expect, test } from "vitest";
import { PARSED_BYTES_MAX, parseObject } from "./json-value.ts";

const MEGABYTE = 1024 * 1024;

test.each([
  ["a picture in base64", `{"a":"${"A".repeat(MEGABYTE)}"}`],
  ["a list with an error", `[{"error":"${"words ".repeat(30_000)}"}]`],
  ["small brackets", `{"a":[${"[],".repeat(PARSED_BYTES_MAX / 4)}1]}`],
])("%s is parsed", (_name, json) => {
  expect(parseObject(Buffer.from(json))).toBeTypeOf("object");
});

test.each([
  ["a megabyte of brackets", `{"a":[${"[],".repeat(MEGABYTE / 3)}1]}`],
  ["a megabyte of members", `{"a":[${'{"b":1},'.repeat(MEGABYTE / 8)}1]}`],
  ["words", "junk"],
  ["half an object", `{"a":`],
  ["a number", "1"],
])("%s is not", (_name, json) => {
  expect(parseObject(Buffer.from(json))).toBe(undefined);
});
