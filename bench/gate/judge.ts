/** Whether one revision is slower than another, from what each of their processes measured. */
import { toSpread } from "../load/statistics.ts";
import { testRanks } from "./mann-whitney.ts";

/** Where `p` is below, it is not by chance. */
const P_MAX = 0.01;
/** A smaller shift of the median is nobody's concern: where code happens to lie in memory makes as much. */
const SHIFT_MIN = 0.05;

/** ns, one value per round and side, by task. */
export interface SideRounds {
  readonly base: ReadonlyMap<string, readonly number[]>;
  readonly head: ReadonlyMap<string, readonly number[]>;
}

type Verdict = "same" | "slower" | "faster";

export interface Judgement {
  readonly task: string;
  readonly baseNs: number;
  readonly headNs: number;
  /** Of the medians; 0.1 is a tenth slower. */
  readonly shift: number;
  readonly p: number;
  readonly verdict: Verdict;
}

/** @returns one for every task that both sides have. */
export function judge({ base, head }: SideRounds): Judgement[] {
  return [...head].flatMap(([task, headValues]) => {
    const baseValues = base.get(task) ?? [];
    const [baseNs, headNs] = [toSpread(baseValues)?.median, toSpread(headValues)?.median];
    if (baseNs === undefined || headNs === undefined) return [];
    const shift = headNs / baseNs - 1;
    const { p } = testRanks(headValues, baseValues);
    return [{ task, baseNs, headNs, shift, p, verdict: toVerdict(shift, p) }];
  });
}

function toVerdict(shift: number, p: number): Verdict {
  if (p >= P_MAX || Math.abs(shift) <= SHIFT_MIN) return "same";
  return shift > 0 ? "slower" : "faster";
}
