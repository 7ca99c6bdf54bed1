/**
 * Load comes from processes of their own: whoever makes it must not hold up whoever judges it. A program
 * is sent its plan, may say that it is ready, and ends with a result: by itself, or when it is told to stop.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { ProgramMessage, ProgramTypes } from "./run-program.ts";

export interface Program<Types extends ProgramTypes> {
  readonly ready: Types["ready"];
  /** Rejects when the program fails. */
  readonly result: Promise<Types["result"]>;
  /** Asks for the result. */
  stop(): Promise<Types["result"]>;
  /** For the end of a test, whatever has happened. Idempotent. */
  kill(): void;
}

/** Makers of floods give way to all others: what they take of the processor is not what is measured. */
const FLOOD_NICENESS = 10;

export interface ProgramOptions {
  readonly givesWay?: boolean;
}

/** @param name Of a file in `programs/`. */
export async function startProgram<Types extends ProgramTypes>(
  name: string,
  plan: Types["plan"],
  options: ProgramOptions = {},
): Promise<Program<Types>> {
  const file = join(import.meta.dirname, "programs", `${name}.ts`);
  const child = fork(file, { serialization: "advanced", execArgv: [] });
  if (options.givesWay === true && child.pid !== undefined) {
    setPriority(child.pid, FLOOD_NICENESS);
  }
  const ready = Promise.withResolvers<Types["ready"]>();
  const result = Promise.withResolvers<Types["result"]>();
  child.on("message", (message: ProgramMessage) => {
    if (message.type === "ready") ready.resolve(message.value);
    else result.resolve(message.value);
  });
  child.once("exit", (code, signal) => {
    const error = new Error(`${name} has ended: ${code ?? signal}`);
    ready.reject(error);
    result.reject(error);
  });
  // Nobody may be waiting for it yet.
  result.promise.catch(() => undefined);
  await once(child, "spawn");
  child.send(plan);
  return {
    ready: await ready.promise,
    result: result.promise,
    stop() {
      if (child.connected) child.send("stop");
      return result.promise;
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
