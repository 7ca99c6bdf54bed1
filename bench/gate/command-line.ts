/** What `npm run bench:gate` may be told. */
import { parseArgs } from "node:util";

export interface GateOptions {
  readonly base: string;
  /** `undefined` for the files as they lie here. */
  readonly head: string | undefined;
  readonly rounds: number;
  /** `undefined` for all tasks of the gateway's own code. */
  readonly tasks: readonly string[] | undefined;
}

export type GateCommand =
  | { readonly type: "gate"; readonly options: GateOptions }
  | { readonly type: "help" }
  | { readonly type: "refuse"; readonly message: string };

/** With fewer, what is found depends on luck: five against five are hardly ever unlikely enough. */
const ROUNDS_MIN = 10;

export const GATE_HELP: string = `Is this slower than that? Runs two revisions in turns on this machine and compares them.

Usage: npm run bench:gate -- --base REV [--head REV] [--rounds N] [--only ID[,ID]...]
       node bench/gate/main.ts --base REV [OPTION...]

  --base REV    what it must not be slower than, e.g. main or HEAD~1
  --head REV    what is judged; without it the files as they lie here, changes included
  --rounds N    fresh processes per side, ${ROUNDS_MIN} or more (${ROUNDS_MIN})
  --only ID     these tasks alone; may be repeated; without it all of the gateway's own code
  --help        this text

A task is slower when the medians of its rounds differ with p < 0.01 (Mann-Whitney) and by more than 5 %,
and do so again when it is measured a second time.
Exit codes: 0 nothing is slower, 1 something is, 2 the command line is wrong, 3 it could not be measured.`;

export function parseGateCommand(words: readonly string[]): GateCommand {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        base: { type: "string" },
        head: { type: "string" },
        rounds: { type: "string", default: `${ROUNDS_MIN}` },
        only: { type: "string", multiple: true },
        help: { type: "boolean" },
      },
    });
    const { base, head, only } = values;
    if (values.help) return { type: "help" };
    if (base === undefined) return { type: "refuse", message: "--base says what to compare with." };
    const rounds = Number(values.rounds);
    if (!Number.isSafeInteger(rounds) || rounds < ROUNDS_MIN) {
      return { type: "refuse", message: `--rounds is a number of at least ${ROUNDS_MIN}.` };
    }
    const tasks = only?.flatMap((ids) => ids.split(",")).filter((id) => id !== "");
    return { type: "gate", options: { base, head, rounds, tasks } };
  } catch (error) {
    return { type: "refuse", message: error instanceof Error ? error.message : String(error) };
  }
}
