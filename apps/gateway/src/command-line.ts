/**
 * The command line: from words to a command, or to what is wrong with them.
 */
import { parseArgs } from "node:util";
import type { ParseArgsConfig } from "node:util";
import { UsageError } from "./command-error.ts";
import type { DemoOptions } from "./commands/demo.ts";
import type { HELP } from "./commands/help.ts";
import type { KeysAction, KeysOptions } from "./commands/keys.ts";
import type { StartOptions } from "./commands/start.ts";
import type { Environment } from "./config/environment.ts";

export type Command =
  | { readonly type: "help"; readonly topic: keyof typeof HELP }
  | { readonly type: "version" }
  | { readonly type: "start"; readonly options: StartOptions }
  | { readonly type: "demo"; readonly options: DemoOptions }
  | { readonly type: "keys"; readonly options: KeysOptions };

/** @throws {UsageError} */
export function parseCommandLine(words: readonly string[], environment: Environment): Command {
  const [command, ...rest] = words;
  switch (command) {
    case "start":
      return parseStart(rest, environment);
    case "demo":
      return parseDemo(rest);
    case "keys":
      return parseKeys(rest, environment);
    case "--version":
      return { type: "version" };
    case "--help":
    case "-h":
    case "help":
      return { type: "help", topic: "main" };
    case undefined:
      throw new UsageError("no command; expected one of: start, demo, keys");
    default:
      throw new UsageError(`unknown command "${command}"; expected one of: start, demo, keys`);
  }
}

const help = { type: "boolean", short: "h" } as const;
const text = { type: "string" } as const;

function parseStart(words: readonly string[], environment: Environment): Command {
  const { values } = parse({ args: [...words], options: { help, config: text } });
  if (values.help === true) return { type: "help", topic: "start" };
  return { type: "start", options: { configPath: toConfigPath(values.config, environment) } };
}

function parseDemo(words: readonly string[]): Command {
  const { values } = parse({ args: [...words], options: { help, port: text, "admin-port": text } });
  if (values.help === true) return { type: "help", topic: "demo" };
  const port = toPort("--port", values.port ?? "8080");
  const adminPort = toPort("--admin-port", values["admin-port"] ?? "9090");
  return { type: "demo", options: { port, adminPort } };
}

function parseKeys(words: readonly string[], environment: Environment): Command {
  const { values, positionals } = parse({
    args: [...words],
    allowPositionals: true,
    options: {
      help,
      config: text,
      org: text,
      workspace: text,
      name: text,
      json: { type: "boolean" },
    },
  });
  if (values.help === true) return { type: "help", topic: "keys" };
  const [word, keyId, ...extra] = positionals;
  const action = toKeysAction(word);
  if (extra.length > 0 || (keyId !== undefined && action !== "revoke")) {
    throw new UsageError(`unexpected word "${extra[0] ?? keyId}"`);
  }
  const { org: organization, workspace, name, json = false } = values;
  const names = [organization, workspace, name].filter((given) => given !== undefined);
  for (const given of names) requireName(given);
  if (keyId !== undefined && names.length > 0) {
    throw new UsageError("`keys revoke` takes a key's id or names, not both");
  }
  const selection = { organization, workspace, name, keyId };
  if (action === "revoke" && Object.values(selection).every((value) => value === undefined)) {
    throw new UsageError("`keys revoke` takes a key's id, or --org, --workspace or --name");
  }
  const configPath = toConfigPath(values.config, environment);
  return { type: "keys", options: { action, configPath, selection, isJson: json } };
}

/** What lists can show and people can tell apart. */
const NAME = /^[\p{L}\p{N}\p{P}\p{S} ]{1,100}$/u;

function requireName(name: string): void {
  if (NAME.test(name) && name.trim() !== "") return;
  throw new UsageError("a name has 1 to 100 letters, digits, signs and spaces");
}

/** As `parseArgs`, with its complaints as ours. */
function parse<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function toKeysAction(word: string | undefined): KeysAction {
  if (word === "create" || word === "list" || word === "revoke") return word;
  const what = word === undefined ? "no action" : `unknown action "${word}"`;
  throw new UsageError(`${what}; expected one of: keys create, keys list, keys revoke`);
}

function toConfigPath(option: string | undefined, environment: Environment): string {
  const path = option ?? environment["SLIPSTREAM_CONFIG"];
  if (path !== undefined && path !== "") return path;
  throw new UsageError("no configuration: give --config FILE or set SLIPSTREAM_CONFIG");
}

function toPort(option: string, value: string): number {
  const port = Number(value);
  if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
  throw new UsageError(`${option} takes a port from 0 to 65535`);
}
