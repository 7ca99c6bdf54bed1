/** The kinds of setting: how its text is read and how people are told what it accepts. */
export interface Setting<Value extends number | boolean | string> {
  /** What may be written, in words. */
  readonly accepts: string;
  readonly meaning: string;
  /** What each accepted word does, if the setting takes words that need explaining. */
  readonly words?: ReadonlyMap<string, string>;
  /** `undefined`: not accepted. */
  readonly parse: (text: string) => Value | undefined;
  /** The reverse of `parse`. */
  readonly format: (value: Value) => string;
}

/** Longest value of a text setting: it ends up in headers, bodies and statistics. */
const TEXT_CHARS_MAX = 200;

export function integer(min: number, max: number, meaning: string): Setting<number> {
  return {
    accepts: `${min} to ${max}`,
    meaning,
    parse: (text) => (/^\d{1,9}$/.test(text) ? within(min, max, Number(text)) : undefined),
    format: String,
  };
}

/** A time in milliseconds, with fractions. */
export function milliseconds(max: number, meaning: string): Setting<number> {
  return {
    accepts: `0 to ${max}`,
    meaning,
    parse: (text) =>
      /^\d{1,9}(\.\d{1,6})?$/.test(text) ? within(0, max, Number(text)) : undefined,
    format: String,
  };
}

/** A status that has a body and is an end: no 204, no redirect. */
export function status(meaning: string): Setting<number> {
  return {
    accepts: "200 or 400 to 599",
    meaning,
    parse: (text) => (/^(200|[45]\d\d)$/.test(text) ? Number(text) : undefined),
    format: String,
  };
}

export function onOff(meaning: string): Setting<boolean> {
  return {
    accepts: "on, off",
    meaning,
    parse: (text) => (text === "on" ? true : text === "off" ? false : undefined),
    format: (value) => (value ? "on" : "off"),
  };
}

/** @param choices What each word does. */
export function choice<Word extends string>(
  meaning: string,
  choices: Readonly<Record<Word, string>>,
): Setting<Word> {
  const isWord = (text: string): text is Word => Object.hasOwn(choices, text);
  return {
    accepts: Object.keys(choices).join(", "),
    meaning,
    words: new Map(Object.entries<string>(choices)),
    parse: (text) => (isWord(text) ? text : undefined),
    format: (value) => value,
  };
}

export function freeText(meaning: string): Setting<string> {
  return {
    accepts: "text without a comma",
    meaning,
    parse: (value) =>
      value.length <= TEXT_CHARS_MAX && /^[\x20-\x2b\x2d-\x7e]+$/.test(value) ? value : undefined,
    format: (value) => value,
  };
}

function within(min: number, max: number, value: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
