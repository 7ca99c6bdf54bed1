/** A whole run: starts everything, measures, and leaves nothing behind. */
import type { Cell } from "./measure.ts";
import type { Pinning } from "./pinning.ts";
import type { Plan } from "./plan.ts";
import { detectCpuClock } from "./process-cpu.ts";
import { runRounds } from "./rounds.ts";
import type { Round } from "./rounds.ts";
import { withWarmUps } from "./scenario.ts";
import { onStage } from "./stage.ts";
import type { StartSubject, Subject } from "./subjects/subject.ts";

export interface RunOptions {
  readonly plan: Plan;
  /** In the order of the first round; whom to compare side by side. */
  readonly subjects: readonly StartSubject[];
  readonly pinning: Pinning;
  /** 0 for any that is free. */
  readonly mockPort: number;
  readonly onRound: (round: Round) => void;
  /** Ends the run, and everything that it has started, at once. */
  readonly signal: AbortSignal;
}

/**
 * @returns the cells of the rounds that count.
 * @throws {InvalidRun} when an answer was wrong or the load did not come as planned.
 */
export async function run({ plan, subjects, onRound, ...options }: RunOptions): Promise<Cell[]> {
  return onStage({ ...options, scenarios: withWarmUps(plan.scenarios) }, async (stage, mock) => {
    const started: Subject[] = [];
    for (const start of subjects) started.push(await start(stage));
    const bench = { plan, mock, pinning: options.pinning, clock: detectCpuClock() };
    return runRounds(bench, started, onRound);
  });
}
