/** Prometheus itself (Debian: `apt-get install prometheus`), on a free port. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { eventually } from "./eventually.ts";

export interface PrometheusProgram {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface PrometheusFiles {
  /** The file that says what is scraped. */
  readonly config: string;
  readonly dataFolder: string;
  /** Further options of its command line. */
  readonly options: readonly string[];
}

export function hasPrometheus(): boolean {
  return spawnSync("prometheus", ["--version"]).status === 0;
}

/** @throws Error with its last words when it does not start. */
export async function startPrometheusProgram({
  config,
  dataFolder,
  options,
}: PrometheusFiles): Promise<PrometheusProgram> {
  const words = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${dataFolder}`,
    "--web.listen-address=127.0.0.1:0",
    "--log.level=info",
    ...options,
  ];
  const program = spawn("prometheus", words, { stdio: ["ignore", "ignore", "pipe"] });
  const exited = once(program, "exit");
  let printed = "";
  program.stderr.on("data", (data: Buffer) => (printed += data.toString()));
  const stop = async (): Promise<void> => {
    program.kill("SIGKILL");
    await exited;
  };
  try {
    const url = await eventually(() => {
      const address = /msg="Listening on" address=(\S+)/.exec(printed)?.[1];
      if (address === undefined) throw new Error(`Prometheus does not listen: ${printed}`);
      return `http://${address}`;
    });
    await eventually(() => expectReady(url));
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function expectReady(url: string): Promise<void> {
  const { ok, status } = await fetch(`${url}/-/ready`);
  if (!ok) throw new Error(`Prometheus is not ready: ${status}`);
}
