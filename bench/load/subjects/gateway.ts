/**
 * Slipstream as it is deployed, with everything on: keys in a SQLite file, metering, usage records, metrics,
 * an access log at `info` into a file, and traces of every tenth request and of all that went wrong.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BARE, COMPLETIONS_PATH, GATEWAY } from "./subject.ts";
import type { Stage, Subject } from "./subject.ts";

const ROOT = join(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "apps/gateway/src/main.ts");
const BARE_MAIN = join(import.meta.dirname, "../programs/bare-gateway.ts");
const HOST = "127.0.0.1";

export function startGateway(stage: Stage): Promise<Subject> {
  return start(stage, GATEWAY, (path) => [...readFlags(), MAIN, "start", "--config", path]);
}

/** The same without anything that looks on: no metrics, traces, log and usage records. */
export function startBareGateway(stage: Stage): Promise<Subject> {
  return start(stage, BARE, (configPath) => [...readFlags(), BARE_MAIN, configPath]);
}

/** What `npm start` tells Node, so that what is measured is what is deployed. */
function readFlags(): string[] {
  const text = readFileSync(join(ROOT, "package.json"), "utf8");
  const { scripts } = JSON.parse(text) as { readonly scripts: { readonly start: string } };
  return scripts.start.split(" ").filter((word) => word.startsWith("--"));
}

async function start(
  stage: Stage,
  name: string,
  toWords: (configPath: string) => readonly string[],
): Promise<Subject> {
  const configPath = join(stage.folder, `${name}.yaml`);
  // JSON is YAML.
  await writeFile(configPath, JSON.stringify(toConfig(stage, name)));
  const key = await createKey(configPath);
  const words = [process.execPath, ...toWords(configPath)];
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

async function createKey(configPath: string): Promise<string> {
  const words = [MAIN, "keys", "create", "--config", configPath, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, words, {
    env: { PATH: process.env["PATH"] },
  });
  return (JSON.parse(stdout) as { readonly key: string }).key;
}
