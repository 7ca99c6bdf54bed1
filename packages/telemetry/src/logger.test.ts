import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Logger } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogger, LOG_BUFFER_BYTES_MAX } from "./logger.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipstream-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function flushAndRead(logger: Logger): Promise<Record<string, unknown>[]> {
  await promisify<void>((done) => logger.flush(done))();
  const lines = readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

test("writes lines with a level in words and a time, and nothing about the machine", async () => {
  const logger = createLogger({
    level: "info",
    destination: join(folder, "log"),
    recordLoss: fail,
  });
  logger.debug("not this");
  logger.info({ port: 8080 }, "listening");
  expect(await flushAndRead(logger)).toEqual([
    { level: "info", time: expect.stringMatching(/^\d{4}-.*Z$/), port: 8080, msg: "listening" },
  ]);
});

test("an error is written without its message", async () => {
  const logger = createLogger({
    level: "info",
    destination: join(folder, "log"),
    recordLoss: fail,
  });
  logger.error({ err: new RangeError("SECRET") }, "cannot listen");
  const [line] = await flushAndRead(logger);
  expect(line).toMatchObject({ msg: "cannot listen", err: [{ name: "RangeError" }] });
  expect(JSON.stringify(line)).not.toContain("SECRET");
});

test("a full buffer costs lines, which are counted, and never waits", async () => {
  const losses: string[] = [];
  const destination = join(folder, "log");
  const logger = createLogger({
    level: "info",
    destination,
    recordLoss: (loss) => losses.push(loss),
  });
  // One turn of the event loop, in which nothing can be written to the end.
  const lines = 3_000;
  const text = "x".repeat(1_000);
  for (let line = 0; line < lines; line += 1) logger.info({ line }, text);
  expect(losses.length).toBeGreaterThan(lines - LOG_BUFFER_BYTES_MAX / 1_000);
  const written = await flushAndRead(logger);
  expect(written.length + losses.length).toBe(lines);
  expect(written.every(({ line }, index) => line === index)).toBe(true);
});

test("a destination that cannot be opened is an error at the start", () => {
  const destination = join(folder, "no", "such", "folder");
  expect(() => createLogger({ level: "info", destination, recordLoss: fail })).toThrow("ENOENT");
});

function fail(loss: string): never {
  throw new Error(`lost: ${loss}`);
}
