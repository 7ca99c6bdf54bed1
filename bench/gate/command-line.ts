/** What `npm run bench:gate` may be told. */
import { parseArgs } from "node:util";

export interface GateOptions {
  readonly base: string;
  /** `undefined` for the files as they lie here. */
  readonly head: string | undefined;
  readonly rounds: number;
  readonly measured: MeasuredByGate;
}

type MeasuredByGate =
  /** Small benchmarks; `undefined` for all those of the gateway's own code. */
  | { readonly type: "tasks"; readonly tasks: readonly string[] | undefined }
  /** Load through two whole gateways at once. */
  | { readonly type: "load" };

export type GateCommand =
  | { readonly type: "gate"; readonly options: GateOptions }
  | { readonly type: "help" }
  | { readonly type: "refuse"; readonly message: string };

/** With fewer, what is found depends on luck: five against five are hardly ever unlikely enough. */
const ROUNDS_MIN = 10;

export const GATE_HELP: string = `Is this slower than that? Runs two revisions in turns on this machine and compares them.

Usage: npm run bench:gate -- --base REV [--head REV] [--rounds N] [--only ID[,ID]... | --load]
       node bench/gate/main.ts --base REV [OPTION...]

  --base REV    what it must not be slower than, e.g. main or HEAD~1
  --head REV    what is judged; without it the files as they lie here, changes included
  --rounds N    fresh processes per side, or rounds of load: ${ROUNDS_MIN} or more, even (${ROUNDS_MIN})
  --only ID     these tasks alone; may be repeated; without it all of the gateway's own code
  --load        instead of tasks: two whole gateways side by side on one core, CPU per event and per
                request; about five minutes. The head is what lies here.
  --help        this text

A task is slower when the medians of its rounds differ with p < 0.01 (Mann-Whitney) and by more than 5 %,
and do so again when it is measured a second time. Of a load, when the median of the ratios of its rounds is
above 1.05.
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
        load: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    const { base, head, only, load } = values;
    if (values.help) return { type: "help" };
    if (base === undefined) return { type: "refuse", message: "--base says what to compare with." };
    const rounds = Number(values.rounds);
    if (!Number.isSafeInteger(rounds) || rounds < ROUNDS_MIN || rounds % 2 === 1) {
      return { type: "refuse", message: `--rounds is an even number of at least ${ROUNDS_MIN}.` };
    }
    if (!load) return { type: "gate", options: { base, head, rounds, measured: toTasks(only) } };
    if (only !== undefined || head !== undefined) {
      return { type: "refuse", message: "--load goes with neither --only nor --head." };
    }
    return { type: "gate", options: { base, head, rounds, measured: { type: "load" } } };
  } catch (error) {
    return { type: "refuse", message: error instanceof Error ? error.message : String(error) };
  }
}

function toTasks(only: readonly string[] | undefined): MeasuredByGate {
  const tasks = only?.flatMap((ids) => ids.split(",")).filter((id) => id !== "");
  return { type: "tasks", tasks };
}
