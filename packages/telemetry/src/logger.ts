/**
 * The log: JSON lines that are never waited for.
 *
 * Lines go to a buffer and from there to the destination on a thread of libuv, so a slow disk or
 * a full pipe costs lines, not requests. Errors are written as names, codes and places. When the
 * reader of a pipe is gone for good, pino turns the log off.
 */
import { openSync } from "node:fs";
import { destination as createBuffer, pino, stdTimeFunctions } from "pino";
import type { LevelWithSilent, Logger } from "pino";
import { describeCauses } from "./error-causes.ts";
import type { LossRecorder } from "./losses.ts";

/** Some 2,500 requests at 400 bytes each; what comes on top of that is dropped and counted. */
export const LOG_BUFFER_BYTES_MAX = 1_048_576;
/** One write for about ten lines. */
const LOG_WRITE_BYTES_MIN = 4_096;
/** A line is seen this late at most when there are too few to fill a write. */
const LOG_FLUSH_MS = 1_000;

const STANDARD_OUTPUT = 1;

export type { Logger };

export interface LoggerOptions {
  readonly level: LevelWithSilent;
  /** A path, appended to, or the number of an open file; standard output when left out. */
  readonly destination?: string | number;
  /** Told of every line that was dropped. */
  readonly recordLoss: LossRecorder;
}

/**
 * Give every line words of its own (`logger.error({ err }, "words")`): without them pino takes the
 * message of the error.
 *
 * @throws when the destination cannot be opened: at start, where someone is looking.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, destination = STANDARD_OUTPUT, recordLoss } = options;
  const buffer = createBuffer({
    dest: typeof destination === "string" ? openSync(destination, "a") : destination,
    sync: false,
    minLength: LOG_WRITE_BYTES_MIN,
    maxLength: LOG_BUFFER_BYTES_MAX,
    periodicFlush: LOG_FLUSH_MS,
  });
  buffer.on("drop", () => recordLoss("log_line"));
  // A write that failed is tried again with the next line, until the buffer is full. Without a
  // listener the process would end here.
  buffer.on("error", () => undefined);
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeCauses },
    },
    buffer,
  );
}
