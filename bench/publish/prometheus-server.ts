/** A real Prometheus on data that is there already: it scrapes nothing. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface PrometheusServer {
  readonly url: string;
  /** @returns what `/api/v1/<path>` has under `data`. */
  readonly ask: (path: string, parameters: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

const MISSING = ["prometheus", "promtool"].filter(
  (program) => spawnSync(program, ["--version"]).status !== 0,
);

export const HAS_PROMETHEUS: boolean = MISSING.length === 0;

if (!HAS_PROMETHEUS) {
  process.emitWarning(
    `SKIPPED: published results are not read by Prometheus; no ${MISSING.join(", no ")}; apt-get install prometheus`,
  );
}

/** For the names of tests, which is where a reader sees that they were skipped. */
export const NEEDS_PROMETHEUS: string = HAS_PROMETHEUS
  ? ""
  : ` (SKIPPED: no ${MISSING.join(", no ")} here; apt-get install prometheus)`;

const START_MS_MAX = 20_000;

export async function startPrometheus(dataFolder: string): Promise<PrometheusServer> {
  const config = join(dataFolder, "prometheus.yml");
  writeFileSync(config, "global: {}\n");
  const address = `127.0.0.1:${await findPort()}`;
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${dataFolder}`,
      // By default what is older than fifteen days is deleted at the start.
      "--storage.tsdb.retention.time=10y",
      `--web.listen-address=${address}`,
    ],
    { stdio: "ignore" },
  );
  const exit = once(child, "exit");
  const endMs = performance.now() + START_MS_MAX;
  while (!(await isReady(address))) {
    if (child.exitCode !== null || performance.now() > endMs) {
      child.kill("SIGKILL");
      throw new Error("Prometheus does not start.");
    }
    await sleep(50);
  }
  return {
    url: `http://${address}`,
    ask: (path, parameters) => ask(`http://${address}/api/v1/${path}`, parameters),
    stop: async () => {
      child.kill("SIGTERM");
      await exit;
    },
  };
}

async function isReady(address: string): Promise<boolean> {
  return fetch(`http://${address}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function ask(url: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
  const response = await fetch(`${url}?${new URLSearchParams(parameters).toString()}`);
  const answer = (await response.json()) as { readonly data?: unknown; readonly error?: string };
  if (!response.ok) throw new Error(`${url}: ${answer.error}`);
  return answer.data;
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
