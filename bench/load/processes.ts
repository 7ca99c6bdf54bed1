/** The processes that a run has started: none of them outlives it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pinnedCommand } from "./pinning.ts";
import type { Pinning, Role } from "./pinning.ts";

export interface StartedProcess {
  readonly pid: number;
  /** `performance.now()` when it was started. */
  readonly startedMs: number;
  /** Where its output and errors go. */
  readonly logPath: string;
  /**
   * @returns the first group of the first match in its output.
   * @throws when it ends before that, or takes too long.
   */
  untilPrinted: (pattern: RegExp) => Promise<string>;
  /** @throws when `isReady` does not become true in time, or the process ends. */
  untilReady: (isReady: () => Promise<boolean>) => Promise<void>;
}

const START_MS_MAX = 15_000;
const START_POLL_MS = 5;
/** Then it is killed. Longer than a gateway needs for streams that have ended. */
const STOP_MS_MAX = 3_000;
const LOG_TAIL_CHARACTERS = 1_000;

export class Processes {
  readonly #pinning: Pinning;
  readonly #folder: string;
  readonly #children = new Set<ChildProcess>();
  readonly #logPaths: string[] = [];
  #isOver = false;

  /** @param folder For logs. */
  constructor(pinning: Pinning, folder: string) {
    this.#pinning = pinning;
    this.#folder = folder;
  }

  /** Without the caller's environment: options for Node and settings of the gateway stay out. */
  start(name: string, role: Role, words: readonly string[]): StartedProcess {
    if (this.#isOver) throw new Error(`${name} is not started: the run is over`);
    const logPath = join(this.#folder, `${name}.log`);
    const log = openSync(logPath, "a");
    this.#logPaths.push(logPath);
    const [command = "", ...rest] = pinnedCommand(this.#pinning, role, words);
    const startedMs = performance.now();
    const child = spawn(command, rest, {
      stdio: ["ignore", log, log],
      env: { PATH: process.env["PATH"] },
    });
    closeSync(log);
    this.#children.add(child);
    // What could not be started is told by `untilReady`.
    child.on("error", () => undefined);
    child.once("exit", () => this.#children.delete(child));
    return describe(name, child, { logPath, startedMs });
  }

  /** The last words of everything that was started, for when something went wrong. */
  lastWords(): string {
    return this.#logPaths.map((path) => `── ${basename(path)}\n${readTail(path)}`).join("\n");
  }

  /** Nothing is started after it. */
  async stopAll(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#children].map(stop));
  }

  /** For an exit that waits for nothing. nginx's worker outlives a master that is killed, so it is asked. */
  abandonAll(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }
}

function describe(
  name: string,
  child: ChildProcess,
  { logPath, startedMs }: Pick<StartedProcess, "logPath" | "startedMs">,
): StartedProcess {
  async function untilReady(isReady: () => Promise<boolean>): Promise<void> {
    const endMs = performance.now() + START_MS_MAX;
    while (!(await isReady())) {
      const hasEnded =
        child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
      if (hasEnded || performance.now() > endMs) {
        throw new Error(
          `${name} ${hasEnded ? "has ended" : "does not start"}: ${readTail(logPath)}`,
        );
      }
      await sleep(START_POLL_MS);
    }
  }

  return {
    pid: child.pid ?? 0,
    startedMs,
    logPath,
    untilReady,
    untilPrinted: async (pattern) => {
      let found: string | undefined;
      await untilReady(() => {
        found = pattern.exec(readFileSync(logPath, "utf8"))?.[1];
        return Promise.resolve(found !== undefined);
      });
      return found ?? "";
    },
  };
}

function readTail(path: string): string {
  return readFileSync(path, "utf8").slice(-LOG_TAIL_CHARACTERS).trimEnd();
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await exit;
  clearTimeout(killer);
}
