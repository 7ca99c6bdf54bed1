/** Both sides in turns, each round in a fresh process: what the machine does meanwhile, it does to both. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { MicroPlan } from "../micro/measure-suite.ts";
import { GateFailure } from "./gate-failure.ts";
import type { SideRounds } from "./judge.ts";

type SideName = "base" | "head";

export interface RoundsOptions {
  /** Files that export `SUITES`. */
  readonly suites: Readonly<Record<SideName, string>>;
  readonly rounds: number;
  /** Empty for all of the gateway's own code. */
  readonly ids: readonly string[];
  readonly plan: MicroPlan;
  readonly onRound: (number: number) => void;
  /** Kills the process that runs. */
  readonly signal: AbortSignal;
}

const PROGRAM = join(import.meta.dirname, "measure-side.ts");
/** A round takes a few seconds; one that takes this long has hung. */
const ROUND_MS_MAX = 300_000;

/** @throws {GateFailure} when a side does not run. */
export async function playRounds(options: RoundsOptions): Promise<SideRounds> {
  const sides = { base: new Map<string, number[]>(), head: new Map<string, number[]>() };
  for (let round = 0; round < options.rounds; round++) {
    // Whoever comes second finds the machine warm; each side does as often as the other.
    const order: readonly SideName[] = round % 2 === 0 ? ["base", "head"] : ["head", "base"];
    for (const name of order) {
      for (const { id, p50 } of await measureSide(name, options)) {
        const values = sides[name].get(id) ?? [];
        sides[name].set(id, [...values, p50]);
      }
    }
    options.onRound(round + 1);
  }
  return sides;
}

interface TaskMedian {
  readonly id: string;
  readonly p50: number;
}

async function measureSide(
  name: SideName,
  { suites, plan, ids, signal }: RoundsOptions,
): Promise<readonly TaskMedian[]> {
  signal.throwIfAborted();
  const words = [PROGRAM, suites[name], JSON.stringify(plan), ...ids];
  const options = { signal, timeout: ROUND_MS_MAX, killSignal: "SIGKILL" } as const;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, words, options).catch((error: unknown) => {
    signal.throwIfAborted();
    const stderr = (error as { readonly stderr?: string }).stderr?.trim();
    throw new GateFailure(`The ${name} does not run:\n${stderr ?? String(error)}`, {
      cause: error,
    });
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]") as readonly TaskMedian[];
}
