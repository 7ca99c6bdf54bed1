/**
 * The layers, as a test: imports point down, the same level never imports the same level, and only an
 * application imports an adapter. ARCHITECTURE.md has the same table in words.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const SCOPE = "@slipstream/";
const root = join(import.meta.dirname, "..");

/** Level of each package. A package that is missing here fails the test. */
const LEVELS: Readonly<Record<string, number>> = {
  contracts: 0,
  "streaming-core": 1,
  auth: 1,
  "provider-pool": 1,
  dialects: 1,
  ledger: 1,
  pipeline: 2,
  upstream: 3,
  store: 3,
  telemetry: 3,
  "grafana-dashboard-builder": 3,
  gateway: 4,
  "mock-upstream": 4,
  dashboards: 4,
};

/** Adapters know the ports and nothing between. */
const ADAPTER_LEVEL = 3;

/** For development only: may be a devDependency of anybody and a dependency of nobody. */
const TOOLS: readonly string[] = ["testkit", "bench"];

/** Up to here everything is handed in: clocks, sockets, files, the environment. */
const PURE_LEVEL_MAX = 2;
/** What the pure levels may use beside each other: it computes and does nothing else. */
const PURE_MODULES: readonly string[] = ["lru-cache", "node:crypto", "node:zlib"];
/** Globals that reach out of the process, or read a clock. */
const IMPURE_GLOBALS =
  /\b(?:Date\.now|new Date|performance\.|process\.|setInterval|setTimeout|fetch)\b\s*\(?/;

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Package {
  readonly name: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
}

const MANIFESTS = ["{apps,packages}/*/package.json", "dashboards/package.json"];

const packages: readonly Package[] = globSync(MANIFESTS, { cwd: root }).map((file) => {
  const { name, dependencies = {} } = JSON.parse(
    readFileSync(join(root, file), "utf8"),
  ) as Manifest;
  const internal = Object.keys(dependencies).filter((dependency) => dependency.startsWith(SCOPE));
  return {
    name: name.slice(SCOPE.length),
    folder: dirname(file),
    dependencies: internal.map((dependency) => dependency.slice(SCOPE.length)),
  };
});

/** `import … from "x"` and `export … from "x"`, over several lines too; `import "x"` and `import("x")`. */
const IMPORT = /^(?:import|export)\s[^"';]*?\sfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/gm;

interface Source {
  readonly file: string;
  readonly text: string;
}

/** A package's own files. Tests are free to import what they test with. */
function readSources({ folder }: Package): readonly Source[] {
  return globSync(`${folder}/src/**/*.ts`, { cwd: root })
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
}

/** Every module that they import, with the file. */
function readImports(entry: Package): readonly { file: string; module: string }[] {
  return readSources(entry).flatMap(({ file, text }) =>
    [...text.matchAll(IMPORT)].map(([, from, bare]) => ({ file, module: from ?? bare ?? "" })),
  );
}

const inLayers = packages.filter(({ name }) => !TOOLS.includes(name));

test("every package has a level", () => {
  expect(inLayers.map(({ name }) => name).filter((name) => !(name in LEVELS))).toEqual([]);
});

test.each(inLayers)("$name depends only downwards", ({ name, dependencies }) => {
  const level = LEVELS[name] ?? 0;
  const allowed = level === ADAPTER_LEVEL ? 0 : level - 1;
  const wrong = dependencies.filter((dependency) => (LEVELS[dependency] ?? Infinity) > allowed);
  expect(wrong).toEqual([]);
});

test.each(inLayers)("$name imports what it declares, and no internals", (entry) => {
  const undeclared = readImports(entry).filter(({ file, module }) => {
    if (module.startsWith(".")) return leavesFolder(entry, file, module);
    if (!module.startsWith(SCOPE)) return false;
    const target = module.slice(SCOPE.length).split("/")[0] ?? "";
    return !entry.dependencies.includes(target) || module.includes("/internal/");
  });
  expect(undeclared).toEqual([]);
});

const pure = inLayers.filter(({ name }) => (LEVELS[name] ?? 0) <= PURE_LEVEL_MAX);

test.each(pure)("$name does no I/O and uses no library", (entry) => {
  const wrong = readImports(entry).filter(
    ({ module }) =>
      !module.startsWith(".") && !module.startsWith(SCOPE) && !PURE_MODULES.includes(module),
  );
  expect(wrong).toEqual([]);
});

test.each(pure)("$name reads no clock and no environment", (entry) => {
  const wrong = readSources(entry).filter(({ text }) => IMPURE_GLOBALS.test(withoutComments(text)));
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

/** A relative import that ends in another package goes around its exports. */
function leavesFolder({ folder }: Package, file: string, module: string): boolean {
  return !join(dirname(file), module).startsWith(join(folder, "/"));
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
}
