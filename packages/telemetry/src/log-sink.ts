/**
 * Log lines on their way to a file or a pipe: never waited for, bounded, and every line that is
 * dropped is counted.
 *
 * Own code rather than pino's, whose buffer counts nothing once the reader of a pipe has gone, and tries
 * for ever to write what is left when the process ends: with a full disk, or a pipe that nobody reads, the
 * process then does not end at all.
 */
import { write, writeSync } from "node:fs";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { setInterval, setTimeout as startTimer } from "node:timers";
import { setTimeout as sleep } from "node:timers/promises";
import type { DestinationStream } from "pino";
import type { LossRecorder } from "./losses.ts";

/** Some 2,500 requests at 400 bytes each; what comes on top of that is dropped and counted. */
export const LOG_BUFFER_BYTES_MAX = 1_048_576;
/**
 * One write for about 150 lines: it wakes a thread of libuv, which costs as much as several lines. As much as
 * a pipe of Linux holds.
 */
const WRITE_BYTES = 65_536;
/** A line is seen this late at most when there are too few to fill a write. */
const FLUSH_MS = 1_000;
/** After a write that failed, because a pipe or a disk was full: until it is tried again. ms. */
const RETRY_MS = 50;
/** What the end of the process waits for its last lines. ms. */
export const LOG_END_MS = 1_000;
/** A write to a file is done by then. ms. */
const CLOSE_POLL_MS = 1;

export class LogSink implements DestinationStream {
  readonly #file: number;
  readonly #recordLoss: LossRecorder;
  readonly #timer: NodeJS.Timeout;
  readonly #atExit = (): void => this.#writeRest();
  /** Not taken by a write yet, in order. */
  #lines: string[] = [];
  /** Of the lines and of the write under way. */
  #bytes = 0;
  /** Taken from the lines, and not written yet; it stays after a write that failed. */
  #taken: Buffer = Buffer.alloc(0);
  #state: "idle" | "writing" | "retrying" | "closed" = "idle";

  /** @param file The number of an open file. */
  constructor(file: number, recordLoss: LossRecorder) {
    this.#file = file;
    this.#recordLoss = recordLoss;
    this.#timer = setInterval(() => this.#send(), FLUSH_MS).unref();
    process.once("exit", this.#atExit);
  }

  /** @param line With its end. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#state === "closed" || this.#bytes + bytes > LOG_BUFFER_BYTES_MAX) {
      this.#recordLoss("log_line");
      return;
    }
    this.#lines.push(line);
    this.#bytes += bytes;
    if (this.#bytes >= WRITE_BYTES) this.#send();
  }

  /** Writes what waits, but takes no longer than `LOG_END_MS`; then no more lines are taken. */
  async close(): Promise<void> {
    const untilMs = performance.now() + LOG_END_MS;
    while (this.#bytes > 0 && performance.now() < untilMs) {
      this.#send();
      await sleep(CLOSE_POLL_MS);
    }
    this.#state = "closed";
    clearInterval(this.#timer);
    process.off("exit", this.#atExit);
  }

  #send(): void {
    if (this.#state !== "idle" || !this.#take()) return;
    this.#state = "writing";
    write(this.#file, this.#taken, (error, written) => this.#settle(error, written));
  }

  #settle(error: Error | null, written: number): void {
    if (error === null) this.#drop(written);
    if (this.#state !== "writing") return;
    if (error === null) {
      this.#state = "idle";
      if (this.#taken.length > 0 || this.#bytes >= WRITE_BYTES) this.#send();
      return;
    }
    this.#state = "retrying";
    // A pipe that nobody reads must not keep the process.
    startTimer(() => {
      if (this.#state === "retrying") this.#state = "idle";
      this.#send();
    }, RETRY_MS).unref();
  }

  /** @returns whether there is anything to write. */
  #take(): boolean {
    if (this.#taken.length > 0) return true;
    const lines = this.#lines.splice(0, this.#countLines());
    this.#taken = Buffer.from(lines.join(""));
    return lines.length > 0;
  }

  /** As many as fill one write. */
  #countLines(): number {
    let characters = 0;
    const last = this.#lines.findIndex((line) => (characters += line.length) >= WRITE_BYTES);
    return last === -1 ? this.#lines.length : last + 1;
  }

  #drop(written: number): void {
    this.#taken = this.#taken.subarray(written);
    this.#bytes -= written;
  }

  /** The process ends without having been told to: nothing but waiting is left. */
  #writeRest(): void {
    const untilMs = performance.now() + LOG_END_MS;
    // What a thread is writing at this moment is taken as written.
    if (this.#state === "writing") this.#drop(this.#taken.length);
    while (this.#take()) {
      try {
        this.#drop(writeSync(this.#file, this.#taken));
      } catch (error) {
        if (!isFull(error) || performance.now() >= untilMs) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      }
    }
  }
}

/** Whether it is a pipe whose reader is behind. */
function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}
