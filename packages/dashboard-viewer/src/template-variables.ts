/** Values of a dashboard's variables, and how they are put into queries. */
import type { Dashboard, Variable } from "./dashboard-schema.ts";
import type { PrometheusClient, QueryRange } from "./prometheus-client.ts";
import { parsePattern } from "./slashed-pattern.ts";

interface Value {
  /** What was chosen; all that there is where `All` was chosen. */
  readonly chosen: readonly string[];
  /** Several may be chosen, so that a query has to expect a regular expression. */
  readonly isMulti: boolean;
  readonly isAll: boolean;
  /** Stands for all of them, as it is. */
  readonly all: string | undefined;
}

/** By name, without `$`. */
export type Values = ReadonlyMap<string, Value>;

const ALL = "$__all";
const LABEL_VALUES = /^label_values\(\s*(?:(.+?)\s*,\s*)?([\w.]+)\s*\)$/s;
const REFERENCE = /\$(\w+)|\$\{(\w+)(?:\.\w+)?(?::(\w+))?\}|\[\[(\w+)\]\]/g;

/** In the order of the dashboard, because a variable may refer to those before it. */
export async function resolveVariables(
  dashboard: Dashboard,
  client: PrometheusClient,
  range: Omit<QueryRange, "step">,
): Promise<Values> {
  const values = new Map<string, Value>();
  for (const variable of dashboard.templating.list) {
    if (variable.type === "adhoc" || variable.type === "datasource") continue;
    const options = await listOptions(variable, values, client, range);
    values.set(variable.name, choose(variable, options));
  }
  return values;
}

async function listOptions(
  variable: Variable,
  values: Values,
  client: PrometheusClient,
  range: Omit<QueryRange, "step">,
): Promise<readonly string[]> {
  const { query } = variable;
  const text = (typeof query === "string" ? query : query?.query) ?? "";
  if (variable.type !== "query") {
    return text.split(",").map((option) => option.trim().split(/\s:\s/).at(-1) ?? "");
  }
  const parts = LABEL_VALUES.exec(interpolate(text, values));
  if (parts === null) {
    throw new Error(`variable ${variable.name}: "${text}" is not a label_values() query`);
  }
  const [, selector, label = ""] = parts;
  const found = await client.labelValues(label, selector, range);
  return filterByRegex(found, variable.regex ?? "");
}

/** The first group is the value if there is one. */
function filterByRegex(options: readonly string[], regex: string): readonly string[] {
  if (regex === "") return options;
  const expression = parsePattern(regex);
  return options.flatMap((option) => {
    const match = expression.exec(option);
    return match === null ? [] : [match[1] ?? option];
  });
}

function choose(variable: Variable, options: readonly string[]): Value {
  const saved = [variable.current?.value ?? []].flat().filter((value) => value !== "");
  const isMulti = variable.multi === true || variable.includeAll === true;
  const all = variable.allValue ?? undefined;
  const wantsAll = saved.includes(ALL) || (saved.length === 0 && variable.includeAll === true);
  if (wantsAll) return { chosen: options, isMulti, isAll: true, all };
  // Of what was chosen when the dashboard was saved nothing may exist here.
  const isFree = variable.type !== "query";
  const known = saved.filter((value) => isFree || options.includes(value));
  const chosen = known.length > 0 ? known : options.slice(0, 1);
  return { chosen, isMulti, isAll: false, all: undefined };
}

/** Unknown names stay as they are: `$1` in a `label_replace` is no variable. */
export function interpolate(text: string, values: Values): string {
  return text.replaceAll(
    REFERENCE,
    (whole, ...[plain, braced, format, bracketed]: (string | undefined)[]) => {
      const value = values.get(plain ?? braced ?? bracketed ?? "");
      return value === undefined ? whole : toText(value, format);
    },
  );
}

function toText({ chosen, isMulti, all }: Value, format: string | undefined): string {
  if (all !== undefined) return all;
  if (format === "raw" || format === "text" || format === "csv") return chosen.join(",");
  if (!isMulti && format !== "regex") return chosen[0] ?? "";
  const escaped = chosen.map(escapeForSelector);
  if (format === "pipe") return chosen.join("|");
  return escaped.length === 1 ? (escaped[0] ?? "") : `(${escaped.join("|")})`;
}

/** For a regular expression inside a quoted text of PromQL. */
function escapeForSelector(value: string): string {
  return value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\\$&`).replaceAll('"', String.raw`\"`);
}

/** One value, for what has to be a number or a duration. */
export function fixedValues(entries: Readonly<Record<string, string>>): Values {
  return new Map(
    Object.entries(entries).map(([name, value]) => [
      name,
      { chosen: [value], isMulti: false, isAll: false, all: undefined },
    ]),
  );
}

/** For the head of a picture: `model: All`. */
export function describeVariables(values: Values): readonly string[] {
  return [...values].map(([name, { chosen, isAll }]) =>
    isAll ? `${name}: All` : `${name}: ${chosen.join(", ")}`,
  );
}
