import type { Scenario } from "./scenario.ts";

const FORMATS: Readonly<Record<Scenario["json"], (value: object) => string>> = {
  compact: (value) => JSON.stringify(value),
  spaced: toSpaced,
  python: (value) => toAscii(toSpaced(value)),
  indented: (value) => JSON.stringify(value, undefined, 2),
};

export function toJson(value: object, format: Scenario["json"]): string {
  return FORMATS[format](value);
}

/** A line feed in JSON text is always layout, because strings escape theirs. */
function toSpaced(value: object): string {
  return JSON.stringify(value, undefined, 1).replace(/,\n */g, ", ").replace(/\n */g, "");
}

/** As `json.dumps` of Python writes it. */
function toAscii(json: string): string {
  return json.replace(
    /[^\0-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
