/**
 * The log: JSON lines that are never waited for.
 *
 * Lines go to a sink and from there to the destination on a thread of libuv, so a slow disk, a full pipe
 * or a reader that has gone costs lines, not requests. Errors are written as names, codes and places.
 */
import { openSync } from "node:fs";
import { pino, stdTimeFunctions } from "pino";
import type { LevelWithSilent, Logger } from "pino";
import { describeCauses } from "./error-causes.ts";
import { LogSink } from "./log-sink.ts";
import type { LossRecorder } from "./losses.ts";

const STANDARD_OUTPUT = 1;

export type { Logger };

export interface LogOptions {
  readonly level: LevelWithSilent;
  /** A path, appended to, or the number of an open file; standard output when left out. */
  readonly destination?: string | number;
  /** Told of every line that was dropped. */
  readonly recordLoss: LossRecorder;
}

export interface Log {
  /**
   * Give every line words of its own (`logger.error({ err }, "words")`): without them pino takes the
   * message of the error.
   */
  readonly logger: Logger;
  /** Writes what waits, for a bounded time; lines that come later are dropped. */
  close(): Promise<void>;
}

/** @throws when the destination cannot be opened: at start, where someone is looking. */
export function openLog(options: LogOptions): Log {
  const { level, destination = STANDARD_OUTPUT, recordLoss } = options;
  const file = typeof destination === "string" ? openSync(destination, "a") : destination;
  const sink = new LogSink(file, recordLoss);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeCauses },
    },
    sink,
  );
  return { logger, close: () => sink.close() };
}
