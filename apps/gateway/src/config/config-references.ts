/**
 * What a schema cannot say: names that must be unique, and names that must exist elsewhere.
 *
 * It reads the file as it was written, so that these problems are told together with those of form.
 */
import type { ConfigProblem } from "./config-problem.ts";

interface Named {
  readonly path: string;
  readonly name: string;
}

export function findReferenceProblems(file: unknown): readonly ConfigProblem[] {
  const providers = list(file, "providers").flatMap((provider, index) =>
    named(provider, "name", `providers[${index}].name`),
  );
  const models = list(file, "models");
  const modelNames = models.flatMap((model, index) => [
    ...named(model, "name", `models[${index}].name`),
    ...list(model, "aliases").flatMap((alias, place) =>
      typeof alias === "string"
        ? [{ path: `models[${index}].aliases[${place}]`, name: alias }]
        : [],
    ),
  ]);
  const references = models.flatMap((model, index) =>
    list(model, "deployments").flatMap((deployment, place) =>
      named(deployment, "provider", `models[${index}].deployments[${place}].provider`),
    ),
  );
  return [
    ...findDuplicates(providers),
    ...findDuplicates(modelNames),
    ...models.flatMap((model, index) => findDuplicates(deploymentIds(model, `models[${index}]`))),
    ...findUnknown(references, providers),
  ];
}

/** A deployment is known by its provider and its model there. */
function deploymentIds(model: unknown, path: string): readonly Named[] {
  return list(model, "deployments").flatMap((deployment, place) => {
    const provider = read(deployment, "provider");
    const name = read(deployment, "model") ?? read(model, "name");
    if (typeof provider !== "string" || typeof name !== "string") return [];
    return [{ path: `${path}.deployments[${place}]`, name: `${provider}/${name}` }];
  });
}

function findDuplicates(names: readonly Named[]): readonly ConfigProblem[] {
  const firstPaths = new Map<string, string>();
  return names.flatMap(({ path, name }) => {
    const firstPath = firstPaths.get(name);
    if (firstPath === undefined) {
      firstPaths.set(name, path);
      return [];
    }
    return [{ path, message: `"${name}" is taken by ${firstPath}; each name may be used once` }];
  });
}

function findUnknown(
  references: readonly Named[],
  providers: readonly Named[],
): readonly ConfigProblem[] {
  const known = providers.map(({ name }) => name);
  return references
    .filter(({ name }) => !known.includes(name))
    .map(({ path, name }) => {
      const accepted = known.map((provider) => `"${provider}"`).join(", ");
      return { path, message: `no provider is named "${name}"; expected one of: ${accepted}` };
    });
}

function list(value: unknown, key: string): readonly unknown[] {
  const member = read(value, key);
  return Array.isArray(member) ? member : [];
}

function named(value: unknown, key: string, path: string): readonly Named[] {
  const name = read(value, key);
  return typeof name === "string" ? [{ path, name }] : [];
}

function read(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
