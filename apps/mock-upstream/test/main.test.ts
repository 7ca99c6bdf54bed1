/** The program as it is started from a shell. */
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;

type Program = ChildProcessByStdio<null, Readable, Readable>;

function run(...words: string[]): Program {
  return spawn(process.execPath, [MAIN, ...words], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Output and exit code of a program that ends by itself. */
async function finish(program: Program): Promise<{ out: string; err: string; code: unknown }> {
  const [out, err, [code]] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    once(program, "exit"),
  ]);
  return { out, err, code };
}

/** The base URL that the program prints. */
async function readUrl(program: Program): Promise<string> {
  const [line] = (await once(program.stdout.setEncoding("utf8"), "data")) as [string];
  return /^mock-upstream listening on (http:\/\/127\.0\.0\.1:\d+\/v1)\n$/.exec(line)?.[1] ?? line;
}

test.each(["SIGTERM", "SIGINT"] as const)("it serves and ends at once on %s", async (signal) => {
  const program = run("--port", "0");
  const url = await readUrl(program);
  const stalled = await fetch(`${url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "mock/stall", stream: true }),
  });
  expect(stalled.status).toBe(200);
  const exit = once(program, "exit");
  program.kill(signal);
  expect(await exit).toEqual([0, null]);
  await expect(stalled.text()).rejects.toThrow();
});

test("a port that is taken is said to be taken", async () => {
  const first = run("--port", "0");
  const { port } = new URL(await readUrl(first));
  const second = await finish(run("--port", port));
  first.kill();
  expect(second).toEqual({
    out: "",
    err: expect.stringContaining(`127.0.0.1:${port}: the port is taken`),
    code: 1,
  });
});

test("bad options and --help", async () => {
  const [bad, help] = await Promise.all([finish(run("--prot", "1")), finish(run("--help"))]);
  expect(bad).toMatchObject({ out: "", code: 2 });
  expect(bad.err).toMatch(/--prot[\s\S]*--port N/);
  expect(help).toMatchObject({ err: "", code: 0 });
});
