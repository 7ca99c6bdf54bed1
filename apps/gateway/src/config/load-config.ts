/** Reads a configuration file. */
import { readFile } from "node:fs/promises";
import type { Config } from "./config.ts";
import { ConfigError } from "./config-problem.ts";
import type { Environment } from "./environment.ts";
import { parseConfig, parseStoreUrl } from "./parse-config.ts";
import type { ConfigSource } from "./parse-config.ts";

/** @throws {ConfigError} also when the file cannot be read. */
export async function loadConfig(path: string, environment: Environment): Promise<Config> {
  return parseConfig(await readSource(path), environment);
}

/** Only the store's URL, so that the secrets of providers need not be at hand. @throws {ConfigError} */
export async function loadStoreUrl(path: string, environment: Environment): Promise<string> {
  return parseStoreUrl(await readSource(path), environment);
}

async function readSource(path: string): Promise<ConfigSource> {
  try {
    return { name: path, text: await readFile(path, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new ConfigError(path, [{ path: "", message: `the file cannot be read (${code})` }]);
  }
}
