/** The order in which everything is measured: all subjects in each round, so that they share its weather. */
import { measure } from "./measure.ts";
import type { Bench, Cell } from "./measure.ts";
import type { Scenario } from "./scenario.ts";
import { BARE } from "./subjects/subject.ts";
import type { Subject } from "./subjects/subject.ts";

export interface Round {
  readonly scenario: Scenario;
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
  const { warmUpRounds, scenarios } = bench.plan;
  const counted: Cell[] = [];
  for (const scenario of scenarios) {
    const own = subjects.filter(({ name }) => scenario.withBare || name !== BARE);
    for (let played = 0; played < warmUpRounds + scenario.rounds; played++) {
      const cells: Cell[] = [];
      // Each second round backwards: whoever comes later does not gain or lose by it.
      const order = played % 2 === 0 ? own : own.toReversed();
      for (const subject of order) cells.push(await measure(bench, subject, scenario));
      const number = Math.max(0, played - warmUpRounds + 1);
      onRound({ scenario, number, cells });
      if (number > 0) counted.push(...cells);
    }
  }
  return counted;
}
