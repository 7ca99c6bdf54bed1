/** A real Prometheus on data that is there already: it scrapes nothing. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasPrometheus, startPrometheusProgram } from "@slipstream/testkit/prometheus-program";

export interface PrometheusServer {
  readonly url: string;
  /** @returns what `/api/v1/<path>` has under `data`. */
  readonly ask: (path: string, parameters: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

const MISSING = [
  ...(hasPrometheus() ? [] : ["prometheus"]),
  ...(spawnSync("promtool", ["--version"]).status === 0 ? [] : ["promtool"]),
];

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

export async function startPrometheus(dataFolder: string): Promise<PrometheusServer> {
  const config = join(dataFolder, "prometheus.yml");
  writeFileSync(config, "global: {}\n");
  // By default what is older than fifteen days is deleted at the start.
  const options = ["--storage.tsdb.retention.time=10y"];
  const { url, stop } = await startPrometheusProgram({ config, dataFolder, options });
  return { url, ask: (path, parameters) => ask(`${url}/api/v1/${path}`, parameters), stop };
}

async function ask(url: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
  const response = await fetch(`${url}?${new URLSearchParams(parameters).toString()}`);
  const answer = (await response.json()) as { readonly data?: unknown; readonly error?: string };
  if (!response.ok) throw new Error(`${url}: ${answer.error}`);
  return answer.data;
}
