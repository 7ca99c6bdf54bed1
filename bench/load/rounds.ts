/** The order in which everything is measured: all subjects in each round, so that they share its weather. */
import { measure } from "./measure.ts";
import type { Bench, Cell } from "./measure.ts";
import type { Scenario } from "./scenario.ts";
import { BARE, GATEWAY } from "./subjects/subject.ts";
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
  const counted: Cell[] = [];
  for (const scenario of bench.plan.scenarios) {
    const { warmUpRounds } = scenario;
    const turns = toTurns(scenario, subjects);
    for (let played = 0; played < warmUpRounds + scenario.rounds; played++) {
      const cells: Cell[] = [];
      // Each second round backwards: whoever comes later does not gain or lose by it.
      for (const turn of played % 2 === 0 ? turns : turns.toReversed()) {
        cells.push(
          ...(await Promise.all(turn.map((subject) => measure(bench, subject, scenario)))),
        );
      }
      const number = Math.max(0, played - warmUpRounds + 1);
      onRound({ scenario, number, cells });
      if (number > 0) counted.push(...cells);
    }
  }
  return counted;
}

/** @returns who is measured, one turn after the other; those of one turn at once. */
function toTurns({ comparison }: Scenario, subjects: readonly Subject[]): readonly Subject[][] {
  switch (comparison.type) {
    case "in_turns":
      return subjects.filter(({ name }) => name !== BARE).map((subject) => [subject]);
    case "side_by_side":
      return [subjects.filter(({ name }) => name === GATEWAY || name === comparison.with)];
  }
}
