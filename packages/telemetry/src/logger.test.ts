import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LOG_BUFFER_BYTES_MAX, LOG_END_MS } from "./log-sink.ts";
import { openLog } from "./logger.ts";
import type { Log } from "./logger.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipstream-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function closeAndRead(log: Log): Promise<Record<string, unknown>[]> {
  await log.close();
  const lines = readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

test("writes lines with a level in words and a time, and nothing about the machine", async () => {
  const log = openLog({
    level: "info",
    destination: join(folder, "log"),
    recordLoss: fail,
  });
  log.logger.debug("not this");
  log.logger.info({ port: 8080 }, "listening");
  expect(await closeAndRead(log)).toEqual([
    { level: "info", time: expect.stringMatching(/^\d{4}-.*Z$/), port: 8080, msg: "listening" },
  ]);
});

test("an error is written without its message", async () => {
  const log = openLog({
    level: "info",
    destination: join(folder, "log"),
    recordLoss: fail,
  });
  log.logger.error({ err: new RangeError("SECRET") }, "cannot listen");
  const [line] = await closeAndRead(log);
  expect(line).toMatchObject({ msg: "cannot listen", err: [{ name: "RangeError" }] });
  expect(JSON.stringify(line)).not.toContain("SECRET");
});

test("a full buffer costs lines, which are counted, and never waits", async () => {
  const losses: string[] = [];
  const destination = join(folder, "log");
  const log = openLog({
    level: "info",
    destination,
    recordLoss: (loss) => losses.push(loss),
  });
  // One turn of the event loop, in which nothing can be written to the end.
  const lines = 3_000;
  const text = "x".repeat(1_000);
  for (let line = 0; line < lines; line += 1) log.logger.info({ line }, text);
  expect(losses.length).toBeGreaterThan(lines - LOG_BUFFER_BYTES_MAX / 1_000);
  const written = await closeAndRead(log);
  expect(written.length + losses.length).toBe(lines);
  expect(written.every(({ line }, index) => line === index)).toBe(true);
});

/** Every write to it fails, as on a full disk. */
const FULL_DISK = "/dev/full";

test.skipIf(!existsSync(FULL_DISK))(
  "a disk that is full for good costs lines, which are counted, and its end has a bound",
  async () => {
    let losses = 0;
    const recordLoss = (): void => void losses++;
    const log = openLog({ level: "info", destination: FULL_DISK, recordLoss });
    const text = "x".repeat(1_000);
    for (let line = 0; line < 3_000; line += 1) {
      log.logger.info(text);
      if (line % 100 === 0) await sleep(1);
    }
    expect(losses).toBeGreaterThan(3_000 - LOG_BUFFER_BYTES_MAX / 1_000);
    const startMs = performance.now();
    await log.close();
    expect(performance.now() - startMs).toBeLessThan(LOG_END_MS + 500);
    const before = losses;
    log.logger.info("too late");
    expect(losses).toBe(before + 1);
  },
);

test("a destination that cannot be opened is an error at the start", () => {
  const destination = join(folder, "no", "such", "folder");
  expect(() => openLog({ level: "info", destination, recordLoss: fail })).toThrow("ENOENT");
});

function fail(loss: string): never {
  throw new Error(`lost: ${loss}`);
}
