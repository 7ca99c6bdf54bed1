/** What a panel says about one of its fields: its defaults, and what overrides change about them. */
import { parseFieldConfig } from "./dashboard-schema.ts";
import type { FieldConfig, Override, Panel } from "./dashboard-schema.ts";
import { parsePattern } from "./slashed-pattern.ts";

export interface FieldIdentity {
  readonly name: string;
  /** Of the query; `undefined` for what is made of several. */
  readonly refId: string | undefined;
  readonly type: "number" | "string" | "time";
}

/** Later overrides win, as in Grafana. */
export function resolveFieldConfig(panel: Panel, field: FieldIdentity): FieldConfig {
  const { defaults, overrides } = panel.fieldConfig;
  const matching = overrides.filter(({ matcher }) => matches(matcher, field));
  if (matching.length === 0) return defaults;
  const merged: Record<string, unknown> = structuredClone(defaults);
  for (const { id, value } of matching.flatMap(({ properties }) => properties)) {
    assign(merged, id.split("."), value);
  }
  return parseFieldConfig(merged) ?? defaults;
}

function matches({ id, options }: Override["matcher"], field: FieldIdentity): boolean {
  if (typeof options !== "string") return false;
  switch (id) {
    case "byName":
      return options === field.name;
    case "byRegexp":
      return parsePattern(options).test(field.name);
    case "byFrameRefID":
      return options === field.refId;
    case "byType":
      return options === field.type;
    default:
      return false;
  }
}

function assign(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  const copy: Record<string, unknown> = isObject(inner) ? { ...inner } : {};
  target[key] = copy;
  assign(copy, rest, value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
