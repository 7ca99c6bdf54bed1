import fc from "fast-check";
import { expect, test } from "vitest";
import { editMembers, findMembers } from "./json-members.ts";

/** JSON text of random objects, laid out in random ways. */
const object = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 });
const layout = fc.constantFrom(0, 1, 4, "\t");

test("each member's bytes are its value", () => {
  fc.assert(
    fc.property(object, layout, (value, indent) => {
      const json = Buffer.from(JSON.stringify(value, null, indent));
      const read = [...findMembers(json)].map(([name, { start, end }]) => [
        name,
        JSON.parse(json.toString("utf8", start, end)) as unknown,
      ]);
      const expected = JSON.parse(JSON.stringify(value)) as object;
      // Not an object literal: a member may be named "__proto__".
      expect(read).toEqual(Object.entries(expected));
    }),
  );
});

test("an edit changes these members and no other byte's meaning", () => {
  const edits = fc.dictionary(fc.constantFrom("model", "stream_options", "new"), fc.jsonValue());
  fc.assert(
    fc.property(object, layout, edits, fc.jsonValue(), (value, indent, changed, model) => {
      const before = { ...value, model };
      const json = Buffer.from(JSON.stringify(before, null, indent));
      const values = new Map(Object.entries(changed).map(([k, v]) => [k, JSON.stringify(v)]));
      const edited = editMembers(json, findMembers(json), values);
      const expected = JSON.parse(JSON.stringify({ ...before, ...changed })) as unknown;
      expect(JSON.parse(edited.toString())).toEqual(expected);
      expect(findMembers(edited).size).toBe(Object.keys({ ...before, ...changed }).length);
    }),
  );
});

test("an edit touches only its own bytes", () => {
  const json = Buffer.from(`{ "seed" : 12345678901234567890,\n"model":"a" , "x": 1.10e2 }`);
  const edited = editMembers(json, findMembers(json), new Map([["model", `"bb"`]]));
  expect(edited.toString()).toBe(json.toString().replace(`"a"`, `"bb"`));
  const added = editMembers(Buffer.from("{ }"), new Map(), new Map([["a", "1"]]));
  expect(added.toString()).toBe(`{ "a":1}`);
});

test.each([
  [`{"a":1,"a":1}`, "a"],
  [`{"a":1,"\\u0061":2}`, "a"],
  [`{"a":{"b":1,"b":2},"c":1,"a":3}`, "a"],
])("%s has a name twice", (json, param) => {
  expect(() => findMembers(Buffer.from(json))).toThrow(expect.objectContaining({ param }));
});
