import { expect, test } from "vitest";
import type { Config } from "./config.ts";
import { ConfigError } from "./config-problem.ts";
import { parseConfig, parseStoreUrl } from "./parse-config.ts";

const MINIMAL = `
providers: [{ name: fleet, dialect: openai-chat, baseUrl: "http://10.0.0.5:8000/v1/" }]
models: [{ name: llama, deployments: [{ provider: fleet }] }]
`;

function parse(text: string, environment: Record<string, string> = {}): Config {
  return parseConfig({ name: "test.yaml", text }, environment);
}

/** Every problem as `path: message`. */
function problemsOf(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    }
    throw error;
  }
  return [];
}

test("the upstream's name of a model may hold anything but half a character", () => {
  const text = `
providers: [{ name: fleet, dialect: openai-chat, baseUrl: "http://10.0.0.5:8000/v1/" }]
models: [{ name: llama, deployments: [{ provider: fleet, model: "half \\uD800" }] }]
`;
  expect(problemsOf(text)).toEqual([
    "models[0].deployments[0].model: expected whole characters (no half of a surrogate pair)",
  ]);
  expect(problemsOf(text.replace("\\uD800", `\\" 🦙`))).toEqual([]);
  for (const control of ["\\0", "\\t", "\\r\\n", "\\e", "\\x7f", "\\N"]) {
    expect(problemsOf(text.replace("\\uD800", control))).toEqual([
      "models[0].deployments[0].model: expected no control characters",
    ]);
  }
});

test("nothing that is stored or called has control characters in it", () => {
  const text = `
server: { host: "0.0.0.0\\0" }
store: { url: "sqlite:a\\0.db" }
providers: [{ name: fleet, dialect: openai-chat, baseUrl: "http://10.0.0.5\\n:8000/v1/" }]
models: [{ name: "lla\\0ma", aliases: ["a\\nb"], deployments: [{ provider: fleet }] }]
`;
  expect(problemsOf(text).map((problem) => problem.split(":")[0])).toEqual([
    "server.host",
    "store.url",
    "providers[0].baseUrl",
    "models[0].name",
    "models[0].aliases[0]",
  ]);
});

test("what responses tell is one of three", () => {
  for (const infoHeaders of ["none", "timing", "all"]) {
    const text = `server: { infoHeaders: ${infoHeaders} }${MINIMAL}`;
    expect(parse(text).server.infoHeaders).toBe(infoHeaders);
  }
  expect(problemsOf(`server: { infoHeaders: true }${MINIMAL}`)).toEqual([
    "server.infoHeaders: expected one of: none, timing, all",
  ]);
});

test("what is left out gets its default", () => {
  expect(parse(MINIMAL)).toEqual({
    server: { host: "0.0.0.0", port: 8080, infoHeaders: "timing" },
    admin: { host: "127.0.0.1", port: 9090 },
    drain: { graceMs: 5000, deadlineMs: 20_000 },
    limits: {
      openRequests: 10_000,
      connections: 20_000,
      heldBytes: 268_435_456,
      loopDelayMs: 500,
      usageRecordsWaiting: 50_000,
    },
    store: { url: "sqlite:data/slipstream.db" },
    log: { level: "info" },
    tracing: undefined,
    routes: [
      {
        model: "llama",
        aliases: [],
        heartbeatMs: undefined,
        deadlines: {
          connectMs: 3000,
          firstTokenMs: 60_000,
          stallMs: 30_000,
          totalMs: 900_000,
          clientStallMs: 60_000,
        },
        deployments: [
          {
            id: "fleet/llama",
            provider: "fleet",
            dialect: "openai-chat",
            baseUrl: "http://10.0.0.5:8000/v1",
            apiKey: undefined,
            upstreamModel: "llama",
            streamUsage: "last",
            tier: 0,
            weight: 1,
          },
        ],
      },
    ],
  });
});

test("secrets come from the environment", () => {
  const text = MINIMAL.replace("baseUrl", `apiKey: "\${FLEET_KEY}", baseUrl`);
  expect(parse(text, { FLEET_KEY: "secret" }).routes[0]?.deployments[0].apiKey).toBe("secret");
  expect(problemsOf(text)).toEqual([
    "providers[0].apiKey: environment variable FLEET_KEY is not set",
  ]);
});

test("traces are wanted where there is a collector", () => {
  const tracing = 'tracing: { endpoint: "http://c:4318", headers: { authorization: "${TOKEN}" } }';
  expect(parse(tracing + MINIMAL, { TOKEN: "Bearer x" }).tracing).toEqual({
    endpoint: "http://c:4318",
    headers: { authorization: "Bearer x" },
    sampleRatio: 0.1,
    slowFirstTokenMs: 5000,
  });
  expect(parse(`tracing: { sampleRatio: 1 }${MINIMAL}`).tracing).toBeUndefined();
  const wrong = `tracing:
  endpoint: "http://user:secret@c"
  headers: { "bad name": x, good: "a\\nb" }
  sampleRatio: 1.1
  slowFirstTokenMs: -1
  sampleRate: 1
`;
  expect(problemsOf(wrong + MINIMAL)).toEqual([
    "tracing.endpoint: expected a URL like http://collector:4318, without credentials or query",
    "tracing.headers.bad name: expected the name of a header",
    "tracing.headers.good: expected printable characters",
    "tracing.sampleRatio: expected a number from 0 to 1",
    "tracing.slowFirstTokenMs: expected a whole number from 1 to 3600000",
    "tracing.sampleRate: unknown key; expected one of: endpoint, headers, sampleRatio, slowFirstTokenMs",
  ]);
});

test("all problems are told at once, each with its path and what is accepted", () => {
  const problems = problemsOf(`
server: { port: 80800, hots: x }
log: { level: loud }
providers:
  - { name: a, dialect: openai, baseUrl: "ftp://x" }
  - { name: a, dialect: openai-chat, baseUrl: "http://u:secret@x" }
models:
  - { name: m, aliases: [n], deployments: [{ provider: b }, { provider: a, weight: 0 }] }
  - { name: n, deployments: [] }
extra: 1
`);
  expect(problems).toEqual([
    "server.port: expected a whole number from 0 to 65535",
    "server.hots: unknown key; expected one of: host, port, infoHeaders",
    "log.level: expected one of: trace, debug, info, warn, error, silent",
    "providers[0].dialect: expected one of: openai-chat",
    "providers[0].baseUrl: expected a URL like http://host:port/v1, without credentials or query",
    "providers[1].baseUrl: expected a URL like http://host:port/v1, without credentials or query",
    "models[0].deployments[1].weight: expected a whole number from 1 to 1000",
    "models[1].deployments: expected at least one deployment",
    "extra: unknown key; expected one of: server, admin, drain, limits, store, log, tracing, providers, models",
    `providers[1].name: "a" is taken by providers[0].name; each name may be used once`,
    `models[1].name: "n" is taken by models[0].aliases[0]; each name may be used once`,
    `models[0].deployments[0].provider: no provider is named "b"; expected one of: "a", "a"`,
  ]);
});

test.each([
  ["an empty file", "", ": expected object, received null"],
  ["broken YAML", "models: [", ": line 1, column 10: not valid YAML"],
  [
    "the same deployment twice",
    MINIMAL.replace("[{ provider: fleet }]", "[{ provider: fleet }, { provider: fleet }]"),
    'models[0].deployments[1]: "fleet/llama" is taken',
  ],
])("%s is refused", (_name, text, problem) => {
  expect(problemsOf(text)[0]).toContain(problem);
});

test("the message never repeats a value that may be a secret", () => {
  const text = MINIMAL.replace("http://10.0.0.5:8000/v1/", "sk-secret");
  expect(problemsOf(text).join()).not.toContain("secret");
});

test.each([
  ["a key with a colon", "apiKey: sk-secret: x"],
  ["a key twice", "apiKey: sk-secret\napiKey: sk-secret"],
  ["a tag", "apiKey: !!js/function sk-secret"],
  ["an alias to itself", "a: &a [*a]"],
  ["an unknown alias", "a: *sk-secret"],
])("%s in YAML is a problem that repeats nothing", (_name, text) => {
  const problems = problemsOf(text);
  expect(problems).not.toEqual([]);
  expect(problems.join()).not.toContain("secret");
});

test.each(["${}", "${FLEET-KEY}", "${KEY:-x}", "${ KEY }", "${KEY", "${constructor}"])(
  "%s is not taken literally",
  (key) => {
    const text = MINIMAL.replace("baseUrl", `apiKey: "${key}", baseUrl`);
    expect(() => parse(text, { KEY: "x" })).toThrow("providers[0].apiKey");
  },
);

test.each([
  ["baseUrl with a query", MINIMAL.replace("/v1/", "/v1?api-version=1")],
  ["apiKey with a line end", MINIMAL.replace("baseUrl", `apiKey: "a\\nb", baseUrl`)],
  ["an empty host", `server: { host: "" }${MINIMAL}`],
])("%s is refused", (_name, text) => {
  expect(problemsOf(text)).toHaveLength(1);
});

function read(text: string): string {
  return parseStoreUrl({ name: "x", text }, {});
}

test("the store alone can be read without the secrets of others, and is not guessed", () => {
  const text = `store: { url: "sqlite:a.db" }\nproviders: [{ apiKey: "\${UNSET}" }]`;
  expect(read(text)).toBe("sqlite:a.db");
  expect(read("providers: []")).toBe("sqlite:data/slipstream.db");
  expect(() => read("stroe: { url: x }")).toThrow("stroe: unknown key");
  expect(() => read("")).toThrow("expected object");
});
