import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createApiKey, hashApiKey, isWellFormedKey, toKeyHint } from "./api-key.ts";

/** Issued keys live for years: this one pins prefix, alphabet, checksum and their order. */
const KEY = "sk-0123456789ABCDEFGHIJKLMNOP4XCOD7";
const CHARACTERS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".split("");

const keys = fc.constant(undefined).map(() => createApiKey());

test("a key is what it always was", () => {
  expect(isWellFormedKey(KEY)).toBe(true);
  expect(hashApiKey(KEY)).toMatch(/^[0-9a-f]{64}$/);
  expect(toKeyHint(KEY)).toBe("sk-…COD7");
});

test("a hash is SHA-256", () => {
  expect(hashApiKey("abc")).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

test("new keys are well formed, all different, and use the whole alphabet", () => {
  const created = Array.from({ length: 1_000 }, createApiKey);
  expect(created.every(isWellFormedKey)).toBe(true);
  expect(new Set(created).size).toBe(1_000);
  expect(new Set(created.map((key) => key.slice(3, 29)).join("")).size).toBe(62);
});

test("no change of one character goes unnoticed", () => {
  const index = fc.nat({ max: KEY.length - 1 });
  const character = fc.constantFrom(...CHARACTERS);
  fc.assert(
    fc.property(keys, index, character, (key, at, replacement) => {
      fc.pre(key[at] !== replacement);
      expect(isWellFormedKey(key.slice(0, at) + replacement + key.slice(at + 1))).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test("no swap of two neighbours goes unnoticed", () => {
  fc.assert(
    fc.property(keys, fc.nat({ max: KEY.length - 2 }), (key, at) => {
      const [left = "", right = ""] = key.slice(at, at + 2);
      fc.pre(left !== right);
      expect(isWellFormedKey(key.slice(0, at) + right + left + key.slice(at + 2))).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test("32 characters of the alphabet after the prefix do not make a key", () => {
  const rest = fc.array(fc.constantFrom(...CHARACTERS), { minLength: 32, maxLength: 32 });
  fc.assert(fc.property(rest, (characters) => !isWellFormedKey(`sk-${characters.join("")}`)));
});

test.each([
  ["nothing", ""],
  ["the prefix alone", "sk-"],
  ["one character less", KEY.slice(0, -1)],
  ["one more", `${KEY}0`],
  ["a space before", ` ${KEY}`],
  ["a line end after", `${KEY}\n`],
  ["two keys", `${KEY},${KEY}`],
  ["a capital prefix", KEY.replace("sk", "SK")],
  ["a letter that looks like A", KEY.replace("A", "\u0410")],
  ["a letter whose low byte is A", KEY.replace("A", "\u0141")],
  ["NUL", KEY.replace("A", "\0")],
  ["a megabyte", KEY.padEnd(1_048_576, "0")],
  ["a name every object has", "__proto__"],
  ["SQL", "' OR 1=1--"],
])("%s is not a key", (_what, text) => {
  expect(isWellFormedKey(text)).toBe(false);
});
