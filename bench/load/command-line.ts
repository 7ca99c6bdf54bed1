/** What `npm run bench` may be told. */
import { parseArgs } from "node:util";

export type Command =
  | { readonly type: "run"; readonly isQuick: boolean }
  | { readonly type: "help" }
  | { readonly type: "refuse"; readonly message: string };

export const HELP = `Measures what the gateway costs, as a multiple of nginx, in one run on this machine.

Usage: npm run bench [-- -- --quick]
       node bench/load/main.ts [--quick] [--help]

  --quick   one short round, for soundness, not for numbers (half a minute)
  --help    this text

A table on standard output, progress on standard error, JSON in bench/results/load.json.
Exit codes: 0 measured, 1 the run is invalid or failed, 2 the command line is wrong.
bench/README.md says how to read it.`;

export function parseCommandLine(words: readonly string[]): Command {
  try {
    const options = { quick: { type: "boolean" }, help: { type: "boolean" } } as const;
    const { values } = parseArgs({ args: [...words], options });
    return values.help ? { type: "help" } : { type: "run", isQuick: values.quick ?? false };
  } catch (error) {
    return { type: "refuse", message: error instanceof Error ? error.message : String(error) };
  }
}
