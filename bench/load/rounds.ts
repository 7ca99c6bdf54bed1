/** The order in which everything is measured: all subjects in each round, so that they share its weather. */
import { InvalidRun } from "./invalid-run.ts";
import { measure } from "./measure.ts";
import type { Bench, Cell } from "./measure.ts";
import type { Scenario } from "./scenario.ts";
import { BESIDE_ONLY, GATEWAY } from "./subjects/subject.ts";
import type { Subject } from "./subjects/subject.ts";

export interface Round {
  readonly scenario: Scenario;
  /** From 1; 0 for one that is not counted. */
  readonly number: number;
  readonly cells: readonly Cell[];
  /** What was wrong with those that have none, in words. */
  readonly gaps: readonly string[];
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
    const turns = toTurns(scenario, subjects);
    const { warmUp } = scenario;
    if (warmUp !== undefined) {
      const each = turns.flat().map((subject) => [subject]);
      onRound({ scenario, number: 0, ...(await playRound(bench, warmUp, each)) });
    }
    for (let number = 1; number <= scenario.rounds; number++) {
      // Each second round backwards: whoever comes later does not gain or lose by it.
      const order = number % 2 === 1 ? turns : turns.toReversed().map((turn) => turn.toReversed());
      const played = await playRound(bench, scenario, order);
      onRound({ scenario, number, ...played });
      counted.push(...played.cells);
    }
  }
  return counted;
}

async function playRound(
  bench: Bench,
  scenario: Scenario,
  turns: readonly Subject[][],
): Promise<Pick<Round, "cells" | "gaps">> {
  const cells: Cell[] = [];
  const gaps: string[] = [];
  for (const turn of turns) {
    const played = { scenario, isAlone: turn.length === 1 };
    const results = turn.map(async (subject) => {
      try {
        cells.push(await measure(bench, subject, played));
      } catch (error) {
        if (!(error instanceof InvalidRun) || subject.failure === "ends_run") throw error;
        gaps.push(error.message);
      }
    });
    await Promise.all(results);
  }
  return { cells, gaps };
}

/** @returns who is measured, one turn after the other; those of one turn at once. */
function toTurns({ comparison }: Scenario, subjects: readonly Subject[]): readonly Subject[][] {
  switch (comparison.type) {
    case "in_turns":
      return subjects.filter(({ name }) => !BESIDE_ONLY.includes(name)).map((subject) => [subject]);
    case "side_by_side":
      return [subjects.filter(({ name }) => name === GATEWAY || name === comparison.with)];
  }
}
