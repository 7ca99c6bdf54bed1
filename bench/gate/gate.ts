/** Two revisions, compared; what is found to be slower has to be found twice. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { MicroPlan } from "../micro/measure-suite.ts";
import { checkOut, git } from "./checkout.ts";
import type { Checkout } from "./checkout.ts";
import { detectPinning, pinProcess } from "../load/pinning.ts";
import { createRevisionPlan } from "../load/plan.ts";
import { compareLoad } from "./compare-load.ts";
import type { GateOptions } from "./command-line.ts";
import { GateFailure } from "./gate-failure.ts";
import { formatJudgements } from "./gate-report.ts";
import { judge } from "./judge.ts";
import type { Judgement, SideRounds } from "./judge.ts";
import { playRounds } from "./rounds.ts";
import type { RoundsOptions } from "./rounds.ts";

export interface GatePort {
  /** The root of the repository. */
  readonly repository: string;
  readonly plan: MicroPlan;
  /** The result. */
  readonly print: (text: string) => void;
  /** How far it is. */
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

const SUITES_FILE = join("bench", "micro", "suites.ts");

/**
 * @returns whether nothing became slower.
 * @throws {GateFailure} when that could not be measured.
 */
export async function runGate(options: GateOptions, port: GatePort): Promise<boolean> {
  const checkouts: Checkout[] = [];
  const prepare = (revision: string): Checkout => {
    const checkout = checkOut(port.repository, revision);
    checkouts.push(checkout);
    return checkout;
  };
  try {
    const base = prepare(options.base);
    if (options.measured.type === "load") {
      const plan = createRevisionPlan(options.rounds);
      const pinning = detectPinning();
      pinProcess(pinning, "load", process.pid);
      return await compareLoad({ ...port, plan, pinning, baseFolder: base.folder });
    }
    const head = options.head === undefined ? undefined : prepare(options.head);
    const folders = { base: base.folder, head: head?.folder ?? port.repository };
    port.tell(
      `base ${base.commit.slice(0, 12)}, head ${head?.commit.slice(0, 12) ?? "as it lies here"}`,
    );
    warnOfOtherSuites(base, head, port);
    return await compareTasks(options.rounds, options.measured.tasks ?? [], { ...port, folders });
  } finally {
    for (const { remove } of checkouts) remove();
  }
}

interface TaskComparison extends GatePort {
  readonly folders: Readonly<Record<"base" | "head", string>>;
}

async function compareTasks(
  rounds: number,
  ids: readonly string[],
  { folders, plan, print, tell, signal }: TaskComparison,
): Promise<boolean> {
  const suites = { base: findSuites(folders.base), head: findSuites(folders.head) };
  const onRound = (number: number): void => tell(`round ${number} of ${rounds}`);
  const first: RoundsOptions = { suites, rounds, ids, plan, onRound, signal };
  const measured = await playRounds(first);
  requireKnown(ids, measured);
  const judgements = judge(measured);
  if (judgements.length === 0) throw new GateFailure("There is no task that both sides have.");
  print(formatJudgements(judgements, rounds));
  for (const text of describeUnpaired(measured)) print(text);
  const suspects = pickSlower(judgements);
  if (suspects.length === 0) {
    print("Nothing is slower.");
    return true;
  }
  tell(`slower, once more: ${suspects.join(", ")}`);
  const again = judge(await playRounds({ ...first, ids: suspects }));
  print(`\nOnce more, what was slower:\n\n${formatJudgements(again, rounds)}`);
  const slower = pickSlower(again);
  print(
    slower.length === 0 ? "Not found again: nothing is slower." : `SLOWER: ${slower.join(", ")}`,
  );
  return slower.length === 0;
}

function requireKnown(ids: readonly string[], { base, head }: SideRounds): void {
  const unknown = ids.filter((id) => !base.has(id) && !head.has(id));
  if (unknown.length > 0) throw new GateFailure(`There is no task ${unknown.join(", ")}.`);
}

function pickSlower(judgements: readonly Judgement[]): string[] {
  return judgements.filter(({ verdict }) => verdict === "slower").map(({ task }) => task);
}

function findSuites(folder: string): string {
  const file = join(folder, SUITES_FILE);
  if (!existsSync(file)) throw new GateFailure(`${folder} has no ${SUITES_FILE}: it is too old.`);
  return file;
}

function describeUnpaired({ base, head }: SideRounds): string[] {
  const onlyHead = [...head.keys()].filter((id) => !base.has(id));
  const onlyBase = [...base.keys()].filter((id) => !head.has(id));
  return [
    ...onlyHead.map((id) => `not compared, new: ${id}`),
    ...onlyBase.map((id) => `not compared, gone: ${id}`),
  ];
}

/** Where it is written what a benchmark does. */
const WORK = ["bench/micro", ":!bench/micro/measure-suite*.ts", ":!bench/micro/*report.ts"];

/** Each side runs its own suites: where these differ, so may the work. */
function warnOfOtherSuites(
  base: Checkout,
  head: Checkout | undefined,
  { repository, print }: GatePort,
): void {
  const revisions = head === undefined ? [base.commit] : [base.commit, head.commit];
  const changed = git(repository, "diff", "--name-only", ...revisions, "--", ...WORK);
  if (changed === undefined || changed === "") return;
  const files = changed.split("\n").join(", ");
  print(`The benchmarks themselves differ, and with them perhaps what is measured: ${files}\n`);
}
