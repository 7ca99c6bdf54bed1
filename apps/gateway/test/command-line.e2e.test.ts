/** The programs as an operator runs them: processes, signals, exit codes. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startMockUpstream } from "@slipstream/mock-upstream/mock-server";
import type { MockUpstream } from "@slipstream/mock-upstream/mock-server";
import { eventually } from "@slipstream/testkit/eventually";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "../src/main.ts");

let folder: string;
let config: string;
let mock: MockUpstream;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipstream-cli-"));
  config = join(folder, "slipstream.yaml");
  mock = await startMockUpstream();
  writeFileSync(
    config,
    `
server: { host: 127.0.0.1, port: 0 }
admin: { host: 127.0.0.1, port: 0 }
drain: { graceMs: 100 }
store: { url: "sqlite:${join(folder, "data/test.db")}" }
providers: [{ name: mock, dialect: openai-chat, baseUrl: "${mock.url}", apiKey: "\${MOCK_KEY}" }]
models: [{ name: chat, deployments: [{ provider: mock, model: "mock/tokens=20,gap=20" }] }]
`,
  );
});

afterEach(() => {
  for (const program of running.splice(0)) program.kill("SIGKILL");
});

afterAll(async () => {
  await mock.close();
  rmSync(folder, { recursive: true });
});

function run(words: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  const env = { ...process.env, ...environment };
  const program = spawn(process.execPath, [MAIN, ...words], { env });
  running.push(program);
  return program;
}

interface Finished {
  readonly code: unknown;
  readonly output: string;
  readonly errors: string;
}

async function finish(program: ChildProcess): Promise<Finished> {
  const { stdout, stderr } = program;
  if (stdout === null || stderr === null) throw new Error("no pipes");
  const closed = once(program, "close");
  const [output, errors] = await Promise.all([text(stdout), text(stderr)]);
  const [code]: unknown[] = await closed;
  return { code, output, errors };
}

/** Collects what a program prints, to be looked at while it runs. */
function watch(program: ChildProcess): () => string {
  let output = "";
  program.stdout?.on("data", (data: Buffer) => (output += data.toString()));
  return () => output;
}

interface Server {
  readonly program: ChildProcess;
  readonly baseUrl: string;
  readonly adminUrl: string;
}

async function startServer(): Promise<Server> {
  const program = run(["start", "--config", config], { MOCK_KEY: "k" });
  const printed = watch(program);
  const [baseUrl = "", adminUrl = ""] = await eventually(() => {
    const urls = printed().match(/http:[^\s]+:\d+(\/v1)?/g);
    if (urls?.length !== 2) throw new Error(`not listening yet: ${printed()}`);
    return urls;
  });
  return { program, baseUrl, adminUrl };
}

function callChat(baseUrl: string, key: string): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "chat",
      stream: true,
      messages: [{ role: "user", content: "x" }],
    }),
  });
}

test("keys are made, shown and revoked beside a running gateway", async () => {
  const { baseUrl } = await startServer();
  const place = ["--org", "acme", "--workspace", "search", "--name", "ci", "--config", config];
  const created = await finish(run(["keys", "create", "--json", ...place]));
  expect(created).toMatchObject({ code: 0, errors: "" });
  const { key, id } = JSON.parse(created.output) as { key: string; id: string };
  expect(key).toMatch(/^sk-[0-9A-Za-z]{32}$/);
  expect(await (await callChat(baseUrl, key)).text()).toContain("[DONE]");

  const listed = await finish(run(["keys", "list", "--json", "--config", config]));
  expect(JSON.parse(listed.output)).toMatchObject({
    keys: [{ id, organization: "acme", workspace: "search", name: "ci", state: "live" }],
  });
  expect(listed.output).not.toContain(key);

  const revoked = await finish(run(["keys", "revoke", ...place]));
  expect(revoked).toMatchObject({ code: 0, errors: "" });
  const revokedAtMs = performance.now();
  await eventually(async () => expect((await callChat(baseUrl, key)).status).toBe(401));
  expect(performance.now() - revokedAtMs).toBeLessThan(1000);
  const gone = await finish(run(["keys", "list", "--config", config]));
  expect(gone.output).toMatch(/revoked\s*$/);
});

test("SIGTERM lets running streams end", async () => {
  const { program, baseUrl } = await startServer();
  const created = await finish(run(["keys", "create", "--json", "--config", config]));
  const { key } = JSON.parse(created.output) as { key: string };
  const response = await callChat(baseUrl, key);
  program.kill("SIGTERM");
  expect(await response.text()).toContain("[DONE]");
  expect(await once(program, "exit")).toEqual([0, null]);
});

/** Lines of the log that fill a pipe and the buffer before it, with some to spare. */
const LINES = 8_000;
const AT_ONCE = 40;

test.each(["stays and does not read", "goes"])(
  "a reader of the log who %s costs lines, which are counted, and neither requests nor the end",
  async (behaviour) => {
    const { program, baseUrl, adminUrl } = await startServer();
    if (behaviour === "goes") program.stdout?.destroy();
    else program.stdout?.removeAllListeners("data").pause();
    for (let line = 0; line < LINES; line += AT_ONCE) {
      const answers = Array.from({ length: AT_ONCE }, () => fetch(`${baseUrl}/nothing`));
      for (const answer of await Promise.all(answers)) {
        expect(answer.status).toBe(404);
        await answer.text();
      }
    }
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    const lost = /telemetry_losses_total\{kind="log_line"\} (\d+)/.exec(metrics)?.[1];
    expect(Number(lost)).toBeGreaterThan(1_000);
    const exited = once(program, "exit");
    const startMs = performance.now();
    program.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  },
);

test("demo is ready within five seconds, works as printed, and ends with its model", async () => {
  const startMs = performance.now();
  const program = run(["demo", "--port", "0", "--admin-port", "0"]);
  const printed = watch(program);
  const [key, baseUrl, adminUrl] = await eventually(() => {
    const guide = printed();
    const found = [/sk-\w{32}/, /http:\S+\/v1/, /http:\S+(?=\/metrics)/].map(
      (pattern) => pattern.exec(guide)?.[0] ?? "",
    );
    if (found.includes("")) throw new Error(`not ready yet: ${guide}`);
    return found;
  });
  expect(performance.now() - startMs).toBeLessThan(5000);
  const pasted = /curl -N[^]*?\}'/.exec(printed())?.[0] ?? "";
  const curl = spawn("sh", ["-c", `${pasted} --silent`]);
  expect(await text(curl.stdout)).toContain("data: [DONE]");
  expect(await (await fetch(`${adminUrl}/metrics`)).text()).toContain('outcome="complete"} 1');
  expect(
    (await fetch(`${baseUrl}/models`, { headers: { authorization: `Bearer ${key}` } })).ok,
  ).toBe(true);
  const closed = once(program, "close");
  program.kill("SIGINT");
  // The output closes when nobody holds it any more: the model has ended too.
  expect(await closed).toEqual([0, null]);
});

test("help goes to the output, a wrong command line to the errors with exit code 2", async () => {
  expect(await finish(run(["--help"]))).toMatchObject({ code: 0, errors: "" });
  const { code, output, errors } = await finish(run(["strat"]));
  expect([code, output]).toEqual([2, ""]);
  expect(errors).toContain('unknown command "strat"');
});

test("a missing secret stops the start, not the keys", async () => {
  const started = await finish(run(["start", "--config", config]));
  expect(started.code).toBe(2);
  expect(started.errors).toContain("providers[0].apiKey: environment variable MOCK_KEY is not set");
  expect((await finish(run(["keys", "list", "--config", config]))).code).toBe(0);
});

test("an address that is taken is told as such", async () => {
  const taken = new URL(mock.url).port;
  const file = join(folder, "taken.yaml");
  writeFileSync(
    file,
    `
server: { host: 127.0.0.1, port: ${taken} }
admin: { port: 0 }
store: { url: "sqlite::memory:" }
providers: [{ name: mock, dialect: openai-chat, baseUrl: "${mock.url}" }]
models: [{ name: chat, deployments: [{ provider: mock }] }]
`,
  );
  const { code, errors } = await finish(run(["start", "--config", file]));
  expect(code).toBe(1);
  expect(errors).toContain(`EADDRINUSE`);
});
