import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RESULTS_FOLDER } from "../results-file.ts";
import { parsePublishCommand } from "./command-line.ts";
import type { PublishOptions } from "./command-line.ts";
import { readHistory } from "./history.ts";
import { publish } from "./publish.ts";
import { sampleRuns, sampleSuite, writeSampleResults } from "./sample-results.ts";
import type { SampleRun } from "./sample-results.ts";
import { toLine } from "./to-lines.ts";

const NOW_MS = Date.parse("2026-11-20T12:00:00Z");
const TESTBED = "5a3b1e00";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipstream-publish-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const history = (): string => join(folder, "history");
const results = (): string => join(folder, "results");

/** @returns what was said and what was printed. */
async function play(
  run: SampleRun | undefined,
  options: Partial<PublishOptions> = {},
): Promise<{ told: string; printed: string }> {
  if (run !== undefined) writeSampleResults(results(), run);
  const told: string[] = [];
  const printed: string[] = [];
  const command = parsePublishCommand(["--results", results(), "--history", history()]);
  if (command.type !== "publish") throw new Error(command.type);
  await publish(
    { ...command.options, ...options },
    {
      nowMs: NOW_MS,
      tell: (line) => told.push(line),
      print: (line) => printed.push(line),
    },
  );
  return { told: told.join("\n"), printed: printed.join("") };
}

const run: SampleRun = { number: 1, atMs: NOW_MS };

describe("the history", () => {
  test("gets one line per commit and part", async () => {
    await play(run);
    await play({ number: 2, atMs: NOW_MS + 1000 });
    const { lines } = readHistory(history(), TESTBED);
    expect(lines.map(({ commit, part }) => `${commit.at(-1)} ${part}`)).toEqual([
      "1 completions",
      "1 load",
      "2 completions",
      "2 load",
    ]);
  });

  test("has a line replaced when its commit and part are published again", async () => {
    await play(run);
    const { told } = await play({ ...run, p50Ns: 7000 });
    expect(told).toContain("2 lines, 2 replaced");
    const [line] = readHistory(history(), TESTBED).lines;
    expect(line?.tasks[0]?.seconds?.["p50"]).toBe(0.000007);
  });

  test("that is damaged is named with its line", async () => {
    mkdirSync(history());
    const [line] = sampleRuns(1, NOW_MS).map((sample) => toLine(sampleSuite(sample)));
    for (const broken of [
      { schema: 9 },
      { ...line, tasks: [null] },
      { ...line, branch: 1 },
      null,
    ]) {
      writeFileSync(join(history(), `${TESTBED}.jsonl`), `\n${JSON.stringify(broken)}\n`);
      await expect(play(run)).rejects.toThrow(`${TESTBED}.jsonl:2 is no line of a history`);
    }
  });
});

describe("what is refused", () => {
  test("no results", async () => {
    await expect(play(undefined)).rejects.toThrow("npm run bench makes them");
  });

  test.each([
    [{ isClean: false }, "completions: measured with changes that are not in ccccccccccc"],
    [{ isInRepository: false }, "load: measured outside of a repository"],
    [{ isQuick: true }, "completions: measured with --quick"],
  ])("%o", async (trait, message) => {
    await expect(play({ ...run, ...trait })).rejects.toThrow(message);
    expect(readHistory(history(), TESTBED).lines).toEqual([]);
  });

  test("a file that is half a result", async () => {
    mkdirSync(results());
    const { plan: _plan, ...half } = sampleSuite(run);
    for (const file of [null, half, { ...half, plan: { isQuick: false }, tasks: {} }]) {
      writeFileSync(join(results(), "completions.json"), JSON.stringify(file));
      await expect(play(undefined)).rejects.toThrow("completions.json is no result of a benchmark");
    }
  });

  test("results of another version of the bench", async () => {
    mkdirSync(results());
    writeFileSync(
      join(results(), "completions.json"),
      JSON.stringify({ ...sampleSuite(run), schema: 1 }),
    );
    await expect(play(undefined)).rejects.toThrow("has schema 1, not 2: measure again");
  });
});

describe("what is let through", () => {
  test("changes, marked and at the time of the run", async () => {
    await play(run);
    await play({ ...run, isClean: false }, { isDirtyAllowed: true });
    const { lines } = readHistory(history(), TESTBED);
    expect(lines).toHaveLength(4);
    expect(lines[2]?.commit).toMatch(/1-dirty$/);
    expect(lines[2]?.at).toBe("2026-11-20T12:01:00.000Z");
  });

  test("a quick run, into a history that is shown only with others like it", async () => {
    await play({ ...run, isQuick: true }, { isQuickAllowed: true });
    expect(readdirSync(history())).toEqual([`${TESTBED}-quick.jsonl`]);
    await play(run);
    const { printed } = await play(undefined, { isHistoryOnly: true, isPrinted: true });
    expect(printed).toContain(`testbed="${TESTBED}"`);
    expect(printed).not.toContain("quick");
  });
});

test("a result far from what is usual is warned of, and one that is not is not", async () => {
  for (const usual of sampleRuns(20, NOW_MS - 86_400_000)) await play(usual);
  const { told } = await play({ number: 90, atMs: NOW_MS, p50Ns: 13_100 });
  expect(told).not.toContain("WARNING");
  const { told: warning } = await play({ number: 91, atMs: NOW_MS, p50Ns: 15_000 });
  expect(warning).toContain(
    "WARNING completions, sse_token_processing/whole_path/200: 15.0 µs, usually 12.1 (10.9 to 13.3), +24 %",
  );
});

test("where results differ much anyway, more is usual", async () => {
  for (const usual of sampleRuns(21, NOW_MS - 86_400_000)) {
    await play({ ...usual, p50Ns: 10_000 + (usual.number % 3) * 1_000 });
  }
  const { told } = await play({ number: 90, atMs: NOW_MS, p50Ns: 15_500 });
  expect(told).not.toContain("WARNING");
  const { told: warning } = await play({ number: 91, atMs: NOW_MS, p50Ns: 16_500 });
  expect(warning).toContain("usually 11.0 (6.00 to 16.0)");
});

describe("OpenMetrics", () => {
  test("the time of a sample is that of its commit, and a series comes in one piece", async () => {
    for (const { number, atMs } of sampleRuns(3, NOW_MS)) await play({ number, atMs });
    const { printed } = await play(undefined, { isHistoryOnly: true, isPrinted: true });
    const task = `suite="completions",task="sse_token_processing/whole_path/200",stat="p50"`;
    const line = `slipstream_bench_seconds{${task},testbed="${TESTBED}",branch="main"} 0.000012`;
    const seconds = [2, 1, 0].map((days) => NOW_MS / 1000 - days * 86_400);
    expect(printed).toContain(seconds.map((second) => `${line} ${second}\n`).join(""));
    expect(printed).toContain(`subject="a \\"change\\" of number 2"`);
    expect(printed.endsWith("# EOF\n")).toBe(true);
  });

  test("load has its times, by subject, and nothing that is not a time", async () => {
    const { printed } = await play(run, { isPrinted: true });
    expect(printed).toMatch(/task="streams\/event_cpu\/slipstream",stat="p50",[^}]+} 0.00003 /);
    expect(printed).toMatch(
      /task="many_streams\/event_cpu\/slipstream",stat="p50",[^}]+} 0.00002 /,
    );
    expect(printed).toMatch(/task="streams\/first_chunk\/slipstream",stat="p99",[^}]+} 0.005 /);
    expect(printed).not.toContain("memory");
  });
});

test("Pushgateway gets the newest results, and no timestamps", async () => {
  const requests: string[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(`${request.method} ${request.url}\n${await text(request)}`);
    response.writeHead(requests.length > 1 ? 400 : 200).end("no more, please");
  }
  const server = createServer((request, response) => {
    void answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const pushgateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await play(run);
  await play({ number: 2, atMs: NOW_MS + 1000, p50Ns: 9000 }, { pushgateway });
  await expect(play(undefined, { isHistoryOnly: true, pushgateway })).rejects.toThrow(
    "The Pushgateway answers 400: no more, please",
  );
  server.close();
  await once(server, "close");
  await expect(play(undefined, { isHistoryOnly: true, pushgateway })).rejects.toThrow(
    "does not answer",
  );
  expect(requests[0]).toContain(`PUT /metrics/job/slipstream_bench/instance/${TESTBED}\n`);
  const samples = (requests[0] ?? "").split("\n").filter((line) => line.includes('stat="p50"'));
  expect(samples.map((line) => line.split("} ")[1])).toEqual([
    "0.000009",
    "0.000015",
    "0.00003",
    "0.00002",
    "2",
    "1.5",
  ]);
});

test("a brief run has results of its own, which --quick looks for", () => {
  const module = JSON.stringify(join(import.meta.dirname, "../results-file.ts"));
  const program = `const { writeResults } = await import(${module});
    for (const isQuick of [false, true]) {
      await writeResults("auth", { startedAt: new Date(0), plan: { isQuick } });
    }`;
  const env = { ...process.env, BENCH_RESULTS: folder };
  spawnSync(process.execPath, ["--input-type=module", "--eval", program], { env });
  for (const [file, isQuick] of [
    ["auth.json", false] as const,
    ["quick/auth.json", true] as const,
  ]) {
    const result: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
    expect(result).toMatchObject({ plan: { isQuick } });
  }
  expect(parsePublishCommand([])).toMatchObject({ options: { resultsFolder: RESULTS_FOLDER } });
  expect(parsePublishCommand(["--quick"])).toMatchObject({
    options: { resultsFolder: join(RESULTS_FOLDER, "quick") },
  });
});

describe("the command line", () => {
  test.each([["--pushgateway", "nowhere"], ["--what"], ["extra"], ["--backfill"]])(
    "refuses %s %s",
    (...words) => {
      expect(parsePublishCommand(words).type).toBe("refuse");
    },
  );

  test("knows every option that its help names", () => {
    const help = readFileSync(join(import.meta.dirname, "command-line.ts"), "utf8");
    const names = [...help.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name ?? "");
    expect(names.length).toBeGreaterThan(7);
    const values = ["backfill", "results", "history"];
    for (const name of names.filter((option) => option !== "pushgateway")) {
      const words = values.includes(name) ? [`--${name}`, "x"] : [`--${name}`];
      expect(parsePublishCommand(words).type).not.toBe("refuse");
    }
  });
});
