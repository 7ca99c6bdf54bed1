/** A whole run: starts everything, measures, and leaves nothing behind. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidRun } from "./invalid-run.ts";
import type { Cell } from "./measure.ts";
import { startMock } from "./mock-process.ts";
import type { Pinning } from "./pinning.ts";
import type { Plan } from "./plan.ts";
import { Processes } from "./processes.ts";
import { detectCpuClock } from "./process-cpu.ts";
import { runRounds } from "./rounds.ts";
import type { Round } from "./rounds.ts";
import type { StartSubject } from "./subjects/subject.ts";

export interface RunOptions {
  readonly plan: Plan;
  /** In the order of the first round; whom to compare side by side. */
  readonly subjects: readonly StartSubject[];
  readonly pinning: Pinning;
  readonly onRound: (round: Round) => void;
  /** Ends the run, and everything that it has started, at once. */
  readonly signal: AbortSignal;
}

/**
 * @returns the cells of the rounds that count.
 * @throws {InvalidRun} when an answer was wrong or the load did not come as planned.
 */
export async function run(options: RunOptions): Promise<Cell[]> {
  const { plan, pinning, onRound, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), "slipstream-bench-"));
  const processes = new Processes(pinning, folder);
  const abandon = (): void => processes.abandonAll();
  process.once("exit", abandon);
  try {
    const mock = await startMock(processes);
    const stage = { processes, folder, mock: mock.address, scenarios: plan.scenarios };
    const subjects = [];
    for (const start of options.subjects) subjects.push(await start(stage));
    const bench = { plan, mock, pinning, clock: detectCpuClock() };
    return await Promise.race([runRounds(bench, subjects, onRound), untilAborted(signal)]);
  } catch (error) {
    if (!(error instanceof InvalidRun)) throw error;
    // Buffers are flushed at the end.
    await processes.stopAll();
    throw new InvalidRun(`${error.message}\n${processes.lastWords()}`);
  } finally {
    await processes.stopAll();
    process.removeListener("exit", abandon);
    await rm(folder, { recursive: true, force: true });
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
