/** One thing that is wrong with a configuration, in words that say what would be right. */
export interface ConfigProblem {
  /** Where, e.g. `models[0].deployments[1].provider`; "" for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The configuration was refused. Its message lists every problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  /** @param source What was read, for the reader of the message: usually the file's name. */
  constructor(source: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(
      ({ path, message }) => `  ${path === "" ? "" : `${path}: `}${message}`,
    );
    super([`${source} has ${count}:`, ...lines].join("\n"));
    this.problems = problems;
  }
}

/** `["models", 0, "name"]` as `models[0].name`. */
export function toPath(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}
