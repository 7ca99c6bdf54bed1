/** What zod found wrong, in our words: what is accepted, never the value itself (it may be a secret). */
import { z } from "zod";
import { toPath } from "./config-problem.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { configSchema } from "./config-schema.ts";

export function describeIssue(issue: z.core.$ZodIssue): readonly ConfigProblem[] {
  const path = toPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    const accepted = acceptedKeys(issue.path).join(", ");
    return issue.keys.map((key) => ({
      path: toPath([...issue.path, key]),
      message: `unknown key; expected one of: ${accepted}`,
    }));
  }
  if (issue.code === "invalid_key") {
    return issue.issues.map(({ message }) => ({ path, message }));
  }
  if (issue.code === "invalid_value") {
    return [{ path, message: `expected one of: ${issue.values.map(String).join(", ")}` }];
  }
  return [{ path, message: issue.message.replace("Invalid input: ", "") }];
}

/** A form of the schema that can be walked. */
const JSON_SCHEMA: z.core.JSONSchema.BaseSchema = z.toJSONSchema(configSchema, { io: "input" });

/** The keys that the schema has at a path. */
function acceptedKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.JSONSchema.BaseSchema = JSON_SCHEMA;
  for (const key of path) {
    const next = typeof key === "number" ? schema.items : schema.properties?.[String(key)];
    if (typeof next !== "object" || Array.isArray(next)) return [];
    schema = next;
  }
  return Object.keys(schema.properties ?? {});
}
