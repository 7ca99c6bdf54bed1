/** There is no Docker where the tests run; what can be known without it is checked here. */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../src/config/parse-config.ts";
import { END_MS_MAX } from "../src/drain.ts";

interface Service {
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly stop_grace_period?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: object;
}

interface DataSource {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault?: boolean;
  readonly jsonData?: {
    readonly timeInterval?: string;
    readonly exemplarTraceIdDestinations?: readonly { readonly datasourceUid: string }[];
  };
}

const root = join(import.meta.dirname, "../../..");
const deploy = join(root, "deploy");
const dashboards = join(root, "dashboards");

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

const compose = parse(read(deploy, "compose.yaml")) as Compose;
const services = Object.entries(compose.services);
const configText = read(deploy, "slipstream.yaml");
const config = parseConfig({ name: "deploy/slipstream.yaml", text: configText }, {});
const dockerfile = read(deploy, "Dockerfile");
const { datasources } = parse(read(dashboards, "provisioning/datasources/slipstream.yaml")) as {
  readonly datasources: readonly DataSource[];
};
const prometheus = parse(read(dashboards, "prometheus/prometheus.yml")) as {
  readonly global: { readonly scrape_interval: string };
};

/** Of a service: host path or name of a volume, and where it is in the container. */
function mountsOf({ volumes = [] }: Service): readonly (readonly [string, string])[] {
  return volumes.map((volume) => {
    const [source = "", target = ""] = volume.split(":");
    return [source, target];
  });
}

function mountedIn(service: string): ReadonlyMap<string, string> {
  const mounts = mountsOf(compose.services[service] ?? {});
  return new Map(mounts.map(([source, target]) => [target, source]));
}

/** The dashboards and rules are generated in a package of their own. */
const areGenerated = existsSync(join(dashboards, "package.json"));
const GENERATED = ["../dashboards/dist/classic", "../dashboards/prometheus/rules"];

test("everything that is mounted exists", () => {
  const missing = services
    .flatMap(([, service]) => mountsOf(service).map(([source]) => source))
    .filter((source) =>
      source.startsWith(".") ? !existsSync(join(deploy, source)) : !(source in compose.volumes),
    );
  expect(missing.filter((source) => areGenerated || !GENERATED.includes(source))).toEqual([]);
});

test("every service that is named exists", () => {
  const urls = [config.routes, config.tracing, datasources]
    .flatMap((part) => JSON.stringify(part).match(/http:\/\/[\w-]+:\d+/g) ?? [])
    .map((url) => new URL(url).hostname);
  const needed = services.flatMap(([, service]) => service.depends_on ?? []);
  for (const name of [...urls, ...needed]) expect(compose.services).toHaveProperty(name);
});

test("ports: configured, published, scraped, asked for health", () => {
  const { server, admin } = config;
  expect(compose.services["gateway"]?.ports).toEqual([
    `${server.port}:${server.port}`,
    `127.0.0.1:${admin.port}:${admin.port}`,
  ]);
  expect(parse(read(deploy, "prometheus/targets.yml"))).toEqual([
    { targets: [`gateway:${admin.port}`] },
  ]);
  expect(dockerfile).toContain(`EXPOSE ${server.port} ${admin.port}`);
  expect(dockerfile).toContain(`fetch('http://127.0.0.1:${admin.port}/healthz')`);
  expect([server.host, admin.host]).toEqual(["0.0.0.0", "0.0.0.0"]);
});

test("the image: no root, no tools for development, a command that exists", () => {
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toContain("npm ci --omit=dev");
  const words = JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
  // As `npm start` runs it, and as it is measured.
  const { scripts } = JSON.parse(read(root, "package.json")) as {
    readonly scripts: { readonly start: string };
  };
  expect(words.filter((word) => /^--\w+.*=/.test(word))).toEqual(
    scripts.start.split(" ").filter((word) => word.startsWith("--")),
  );
  expect(existsSync(join(root, words.find((word) => word.endsWith(".ts")) ?? ""))).toBe(true);
  expect([...mountedIn("gateway").keys()]).toContain(words.at(-1));
  const store = config.store.url.replace("sqlite:", "");
  expect([...mountedIn("gateway").keys()].some((target) => store.startsWith(target))).toBe(true);
});

test("a container is given the time that the drain takes", () => {
  const { graceMs, deadlineMs } = config.drain;
  const seconds = /^(\d+)s$/.exec(compose.services["gateway"]?.stop_grace_period ?? "")?.[1];
  expect(Number(seconds) * 1_000).toBeGreaterThan(graceMs + deadlineMs + END_MS_MAX);
});

test("images have versions, but for our own", () => {
  const images = services.map(([, { image }]) => image);
  expect(images.filter((image) => image !== "slipstream" && !/:v?\d/.test(image ?? ""))).toEqual(
    [],
  );
});

test("what the gateway cannot use is not started", () => {
  for (const name of ["postgres", "valkey"]) {
    expect(compose.services[name]?.profiles).toEqual(["later"]);
    expect(configText).not.toContain(name);
  }
});

test("every data source that somebody names is provisioned", () => {
  const uids = datasources.map(({ uid }) => uid);
  expect(uids).toEqual(["prometheus", "tempo"]);
  const linked = datasources.flatMap(({ jsonData }) =>
    (jsonData?.exemplarTraceIdDestinations ?? []).map(({ datasourceUid }) => datasourceUid),
  );
  expect(linked).toEqual(["tempo"]);
  const used = globSync(join(dashboards, "dist/classic/*.json")).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/"datasource":\s*\{[^}]*"uid":\s*"([^"]+)"/g)].map(
      ([, uid]) => uid ?? "",
    ),
  );
  // The variable starts with the data source that is the default of its type.
  const isProvisioned = (uid: string): boolean => uid.startsWith("$") || uids.includes(uid);
  expect(used.filter((uid) => !isProvisioned(uid))).toEqual([]);
  expect(datasources.find(({ isDefault }) => isDefault)?.type).toBe("prometheus");
});

test("Grafana reckons with the interval at which Prometheus scrapes", () => {
  const [source] = datasources;
  expect(source?.jsonData?.timeInterval).toBe(prometheus.global.scrape_interval);
});

test("Grafana finds dashboards and data sources where they are mounted", () => {
  const mounts = mountedIn("grafana");
  const { providers } = parse(read(dashboards, "provisioning/dashboards/slipstream.yaml")) as {
    readonly providers: readonly { readonly options: { readonly path: string } }[];
  };
  expect(providers.map(({ options }) => mounts.get(options.path))).toEqual([
    "../dashboards/dist/classic",
  ]);
  expect(mounts.get("/etc/grafana/provisioning")).toBe("../dashboards/provisioning");
});

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const SKIPPED = hasPromtool ? "" : " (SKIPPED: promtool is not installed; .ci/run installs it)";

test.skipIf(!hasPromtool)(`Prometheus accepts its configuration and the rules${SKIPPED}`, () => {
  const file = join(dashboards, "prometheus/prometheus.yml");
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "config", file], {
    encoding: "utf8",
  });
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining("SUCCESS")]);
});
