/** A real Prometheus that scrapes once a second, in a folder of its own, on a free port. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { PrometheusClient } from "@slipstream/dashboard-viewer/prometheus-client";
import { eventually } from "@slipstream/testkit/eventually";
import { startPrometheusProgram } from "@slipstream/testkit/prometheus-program";
import { parse, stringify } from "yaml";

export const SCRAPE_SECONDS = 1;

export interface PrometheusOptions {
  /** `host:port`, or URLs, that serve `/metrics`. */
  readonly targets: readonly string[];
  /** Files of rules. Each group is evaluated once a second, whatever it says itself. */
  readonly rules?: readonly string[];
}

export interface PrometheusProcess extends Pick<
  PrometheusClient,
  "query" | "queryRange" | "labelValues" | "exemplars" | "rules" | "targets"
> {
  readonly url: string;
  readonly client: PrometheusClient;
  /** Resolves when what is counted now has been scraped, and every rule has seen it. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** @throws Error with its last words when it does not start. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusProcess> {
  const folder = await mkdtemp(join(tmpdir(), "slipstream-prometheus-"));
  const program = await startPrometheusProgram({
    config: await writeConfig(folder, options),
    dataFolder: join(folder, "data"),
    options: ["--enable-feature=exemplar-storage"],
  });
  const close = async (): Promise<void> => {
    await program.stop();
    await rm(folder, { recursive: true });
  };
  try {
    const client = new PrometheusClient(program.url);
    await eventually(() => expectUp(client, options.targets.length));
    return describe(program.url, client, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function writeConfig(
  folder: string,
  { targets, rules = [] }: PrometheusOptions,
): Promise<string> {
  const rulesFolder = join(folder, "rules");
  await mkdir(rulesFolder);
  for (const file of rules) {
    const text = toHurriedRules(await readFile(file, "utf8"));
    await writeFile(join(rulesFolder, basename(file)), text);
  }
  const config = join(folder, "prometheus.yml");
  const interval = `${SCRAPE_SECONDS}s`;
  const addresses = targets.map((target) => target.replace(/^http:\/\//, ""));
  const text = stringify({
    global: { scrape_interval: interval, evaluation_interval: interval },
    rule_files: [join(rulesFolder, "*")],
    scrape_configs: [{ job_name: "slipstream", static_configs: [{ targets: addresses }] }],
  });
  await writeFile(config, text);
  return config;
}

/** A test does not wait for half a minute until a rule has been looked at. */
function toHurriedRules(text: string): string {
  const { groups } = parse(text) as { groups: readonly object[] };
  return stringify({ groups: groups.map((group) => ({ ...group, interval: "1s" })) });
}

async function expectUp(client: PrometheusClient, count: number): Promise<void> {
  const up = (await client.targets()).filter(({ health }) => health === "up");
  if (up.length < count) throw new Error(`${up.length} of ${count} targets are up`);
}

function describe(
  url: string,
  client: PrometheusClient,
  close: () => Promise<void>,
): PrometheusProcess {
  return {
    url,
    client,
    query: client.query.bind(client),
    queryRange: client.queryRange.bind(client),
    labelValues: client.labelValues.bind(client),
    exemplars: client.exemplars.bind(client),
    rules: client.rules.bind(client),
    targets: client.targets.bind(client),
    settle: () => untilScraped(client, Date.now() / 1_000 + SCRAPE_SECONDS),
    close,
  };
}

/** The scrape that begins after `since`, so that it cannot have missed what happened before. */
async function untilScraped(client: PrometheusClient, since: number): Promise<void> {
  await eventually(async () => {
    const [oldest] = await client.query("min(timestamp(up))");
    const time = oldest?.samples[0]?.value ?? 0;
    if (time <= since) throw new Error("not scraped yet");
  });
}
