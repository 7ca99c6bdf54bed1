/** docs/config.md, made from the schema. */
import { z } from "zod";
import { configSchema } from "./config-schema.ts";

export const CONFIG_PAGE_COMMAND = "npm run docs --workspace @slipstream/gateway";

type Schema = z.core.JSONSchema.BaseSchema;

export function toConfigPage(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input" });
  return [
    "# Configuration",
    "",
    `<!-- Generated from apps/gateway/src/config/config-schema.ts. Do not edit; run: ${CONFIG_PAGE_COMMAND} -->`,
    "",
    "One YAML file (JSON is YAML too), named with `--config FILE` or the variable `SLIPSTREAM_CONFIG`.",
    "`${NAME}` in a text stands for an environment variable, which has to be set. A file with mistakes is",
    "refused as a whole, with every mistake, its path and what would be accepted; unknown keys are mistakes.",
    "",
    ...listKeys(schema, ""),
    "",
  ].join("\n");
}

/** One line per key, depth first. */
function listKeys(schema: Schema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    if (typeof value !== "object") return [];
    const keyPath = path === "" ? key : `${path}.${key}`;
    const items = typeof value.items === "object" && !Array.isArray(value.items) ? value.items : {};
    if (value.properties !== undefined) return listKeys(value, keyPath);
    if (items.type === "object") return listKeys(items, `${keyPath}[]`);
    return [toLine({ keyPath, value, isRequired: schema.required?.includes(key) ?? false })];
  });
}

interface Key {
  readonly keyPath: string;
  readonly value: Schema;
  readonly isRequired: boolean;
}

function toLine({ keyPath, value, isRequired }: Key): string {
  const remarks = [
    toAccepted(value),
    ...(isRequired ? ["required"] : []),
    ...(value.default === undefined ? [] : [`default \`${JSON.stringify(value.default)}\``]),
  ];
  return `- **\`${keyPath}\`** (${remarks.join(", ")}): ${value.description ?? ""}`;
}

function toAccepted({ type, enum: choices, minimum, maximum }: Schema): string {
  if (choices !== undefined) return choices.map((choice) => `\`${String(choice)}\``).join(" or ");
  if (type === "integer" || type === "number") return `${minimum} to ${maximum}`;
  if (type === "boolean") return "`true` or `false`";
  if (type === "object") return "strings by name";
  return type === "array" ? "list of strings" : "string";
}
