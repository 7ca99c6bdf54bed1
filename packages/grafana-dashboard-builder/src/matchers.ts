/** Label matchers of a selector, from a record of label names to what their values must be. */
import type { TargetLabel } from "./metric-row.ts";

/** A text is taken literally, a list as "one of these", and a matcher as it is. */
export type MatchValue = string | readonly string[] | Matcher;

export interface Matcher {
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export type Where<Label extends string> = Readonly<
  Partial<Record<Label | TargetLabel, MatchValue>>
>;

/** None of these values. */
export function not(...values: readonly string[]): Matcher {
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? { operator: "!=", value: only }
    : { operator: "!~", value: toAlternatives(values) };
}

/** A regular expression (RE2), or a Grafana variable of several values, which becomes one. */
export function matching(pattern: string): Matcher {
  return { operator: "=~", value: pattern };
}

/** `{a="1",b=~"x|y"}`, or nothing where there is nothing to match. */
export function toMatchersText(where: Readonly<Record<string, MatchValue | undefined>>): string {
  const matchers = Object.entries(where).flatMap(([label, value]) => {
    if (value === undefined) return [];
    const { operator, value: text } = toMatcher(value);
    return [`${label}${operator}${toStringLiteral(text)}`];
  });
  return matchers.length === 0 ? "" : `{${matchers.join(",")}}`;
}

function toMatcher(value: MatchValue): Matcher {
  if (typeof value === "string") return { operator: "=", value };
  if ("operator" in value) return value;
  return { operator: "=~", value: toAlternatives(value) };
}

function toAlternatives(values: readonly string[]): string {
  return values.map((value) => value.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join("|");
}

function toStringLiteral(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
