/** The order in which everything is measured: all subjects in each round, so that they share its weather. */
import { measure } from "./measure.ts";
import type { Bench, Cell } from "./measure.ts";
import type { ScenarioName } from "./scenario.ts";
import type { Subject } from "./subjects/subject.ts";

const SCENARIOS: readonly ScenarioName[] = ["streams", "requests"];

export interface Round {
  /** From 1; 0 for one that is not counted. */
  readonly number: number;
  readonly cells: readonly Cell[];
}

/**
 * @param onRound Told of each round when it is over.
 * @returns the cells of the rounds that count.
 */
export async function runRounds(
  bench: Bench,
  subjects: readonly Subject[],
  onRound: (round: Round) => void,
): Promise<Cell[]> {
  const { rounds, warmUpRounds } = bench.plan;
  const counted: Cell[] = [];
  for (let played = 0; played < warmUpRounds + rounds; played++) {
    const cells: Cell[] = [];
    // Each second round backwards: whoever comes later does not gain or lose by it.
    const order = played % 2 === 0 ? subjects : subjects.toReversed();
    for (const scenario of SCENARIOS) {
      for (const subject of order) cells.push(await measure(bench, subject, scenario));
    }
    const number = Math.max(0, played - warmUpRounds + 1);
    onRound({ number, cells });
    if (number > 0) counted.push(...cells);
  }
  return counted;
}
