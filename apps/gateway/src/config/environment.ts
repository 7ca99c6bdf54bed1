/**
 * `${NAME}` in a string of the configuration stands for an environment variable.
 */
import type { ConfigProblem } from "./config-problem.ts";
import { toPath } from "./config-problem.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Also what only looks like one: a misspelt variable must not be sent as a key. */
const VARIABLE = /\$\{([^}]*)\}?/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface Substituted {
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
}

/** The same structure with every variable replaced; one problem for each that is not set. */
export function substituteVariables(file: unknown, environment: Environment): Substituted {
  const problems: ConfigProblem[] = [];

  function substitute(value: unknown, keys: readonly PropertyKey[]): unknown {
    if (typeof value === "string") {
      return value.replaceAll(VARIABLE, (variable: string, name: string) => {
        const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
        const isVariable = NAME.test(name) && variable.endsWith("}");
        if (isVariable && found !== undefined && found !== "") return found;
        const message = isVariable
          ? `environment variable ${name} is not set`
          : "expected ${NAME}, with letters, digits and _ in the name";
        problems.push({ path: toPath(keys), message });
        return variable;
      });
    }
    if (Array.isArray(value)) return value.map((item, index) => substitute(item, [...keys, index]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, substitute(item, [...keys, key])]),
    );
  }

  return { value: substitute(file, []), problems };
}
