/** JSON as clients write it: any layout, any escapes, any form of a number. */
import fc from "fast-check";

export const space: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(" ", "\n", "\r", "\t"), { maxLength: 3 })
  .map((characters) => characters.join(""));

export const plainText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  // What could be taken for structure.
  fc.constantFrom("model", "\\", '"', '","model":"x', "}{][", "\\\\", '\\"', "\u2028", "😀"),
);

/** Ways to write one text, quotes included: some characters can be written in more than one. */
export function textOf(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.record({ text, hows: fc.infiniteStream(fc.nat(3)) }).map(({ text: own, hows }) => {
    const units = Array.from({ length: own.length }, (_, index) => own.charCodeAt(index));
    return `"${units.map((unit) => writeUnit(unit, hows.next().value)).join("")}"`;
  });
}

function writeUnit(unit: number, how: number): string {
  const hexadecimal = unit.toString(16).padStart(4, "0");
  // Half of a pair stands for itself only beside the other half, which may have been escaped.
  if ((unit >= 0xd800 && unit <= 0xdfff) || how === 0) return `\\u${hexadecimal}`;
  if (how === 1) return `\\u${hexadecimal.toUpperCase()}`;
  const character = String.fromCharCode(unit);
  if (character === "/" && how === 2) return "\\/";
  return JSON.stringify(character).slice(1, -1);
}

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.bigInt().map(String),
  fc.constantFrom("-0", "0.10", "1e5", "1E+2", "-1.50e-300", "1e400", "12345678901234567890"),
);

/** The text of any value. No object names a member twice: parsers disagree about what that means. */
export const valueText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constantFrom("null", "true", "false"),
    numberText,
    textOf(plainText),
    listText(withSpace(tie("value"))).map((list) => `[${list}]`),
    membersText(tie("value")).map((members) => `{${members}}`),
  ),
})).value;

export function withSpace(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(space, text, space).map((parts) => parts.join(""));
}

function listText(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(space, fc.array(item, { maxLength: 4 }))
    .map(([inner, items]) => (items.length === 0 ? inner : items.join(",")));
}

function membersText(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.uniqueArray(plainText, { maxLength: 4 }).chain((names) => {
    const members = names.map((name) =>
      fc
        .tuple(withSpace(textOf(fc.constant(name))), withSpace(value))
        .map(([text, own]) => `${text}:${own}`),
    );
    return members.length === 0 ? space : fc.tuple(...members).map((all) => all.join(","));
  });
}
