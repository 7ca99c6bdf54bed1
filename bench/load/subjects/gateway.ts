/**
 * Slipstream as it is deployed, with everything on: keys in a SQLite file, metering, usage records, metrics,
 * an access log at `info` into a file, and traces of every tenth request and of all that went wrong.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BARE, BASE, COMPLETIONS_PATH, GATEWAY } from "./subject.ts";
import type { Stage, StartSubject, Subject } from "./subject.ts";

const ROOT = join(import.meta.dirname, "../../..");
const MAIN = "apps/gateway/src/main.ts";
const BARE_MAIN = join(import.meta.dirname, "../programs/bare-gateway.ts");
const HOST = "127.0.0.1";

export function startGateway(stage: Stage): Promise<Subject> {
  return start(stage, { name: GATEWAY, root: ROOT, toWords: toStartWords });
}

/** @param root Where another revision is checked out. */
export function startRevision(root: string): StartSubject {
  return (stage) => start(stage, { name: BASE, root, toWords: toStartWords });
}

/** The same without anything that looks on: no metrics, traces, log and usage records. */
export function startBareGateway(stage: Stage): Promise<Subject> {
  return start(stage, { name: BARE, root: ROOT, toWords: (_root, path) => [BARE_MAIN, path] });
}

interface Program {
  readonly name: string;
  /** Of the repository that it is a part of. */
  readonly root: string;
  readonly toWords: (root: string, configPath: string) => readonly string[];
}

function toStartWords(root: string, configPath: string): string[] {
  return [join(root, MAIN), "start", "--config", configPath];
}

/** What `npm start` tells Node, so that what is measured is what is deployed. */
function readFlags(root: string): string[] {
  const text = readFileSync(join(root, "package.json"), "utf8");
  const { scripts } = JSON.parse(text) as { readonly scripts: { readonly start: string } };
  return scripts.start.split(" ").filter((word) => word.startsWith("--"));
}

async function start(stage: Stage, { name, root, toWords }: Program): Promise<Subject> {
  const configPath = join(stage.folder, `${name}.yaml`);
  // JSON is YAML.
  await writeFile(configPath, JSON.stringify(toConfig(stage, name)));
  const key = await createKey(root, configPath);
  const words = [process.execPath, ...readFlags(root), ...toWords(root, configPath)];
  const { pid, startedMs, untilPrinted } = stage.processes.start(name, "subject", words);
  const { port } = new URL(await untilPrinted(/listens on (\S+)/));
  return {
    name,
    address: { host: HOST, port: Number(port) },
    path: COMPLETIONS_PATH,
    failure: "ends_run",
    startedMs,
    pids: [pid],
    headers: { authorization: `Bearer ${key}` },
    modelOf: (scenario) => scenario.name,
  };
}

function toConfig({ folder, mock, collector, scenarios }: Stage, name: string): object {
  return {
    server: { host: HOST, port: 0 },
    admin: { host: HOST, port: 0 },
    store: { url: `sqlite:${join(folder, `${name}.db`)}` },
    log: { level: "info" },
    tracing: { endpoint: `http://${collector.host}:${collector.port}` },
    providers: [
      { name: "mock", dialect: "openai-chat", baseUrl: `http://${mock.host}:${mock.port}/v1` },
    ],
    models: scenarios.map((scenario) => ({
      name: scenario.name,
      deployments: [{ provider: "mock", model: scenario.script }],
    })),
  };
}

async function createKey(root: string, configPath: string): Promise<string> {
  const words = [join(root, MAIN), "keys", "create", "--config", configPath, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    env: { PATH: process.env["PATH"] },
  });
  return (JSON.parse(stdout) as { readonly key: string }).key;
}
