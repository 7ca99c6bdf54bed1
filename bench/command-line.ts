/** What `npm run bench` may be told. */
import { parseArgs } from "node:util";
import { NO_PEERS, readPeersFile } from "./load/peers-file.ts";
import type { PeersFile } from "./load/peers-file.ts";
import { SUITES } from "./micro/suites.ts";

/** The load through the whole gateway, beside the suites. */
export const LOAD: string = "load";

export type Command =
  | {
      readonly type: "run";
      readonly isQuick: boolean;
      readonly parts: readonly string[];
      readonly peers: PeersFile;
    }
  /** Tell what the mock calls the scenarios of the load. */
  | { readonly type: "scripts"; readonly isQuick: boolean }
  | { readonly type: "help" }
  | { readonly type: "refuse"; readonly message: string };

/** In the order in which they run. */
export const PARTS: readonly string[] = [...SUITES.map(({ name }) => name), LOAD];

export const HELP: string = `Measures what the gateway costs, in one run on this machine: five suites of small benchmarks,
and load through the whole gateway as a multiple of nginx.

Usage: npm run bench [-- [--quick] [--only PART]... [--peers FILE]]
       node bench/main.ts [OPTION...]

  --quick      everything once and briefly, for soundness, not for numbers; without the two longest loads
  --only PART  this part alone; may be repeated: ${PARTS.join(", ")}
  --peers FILE other gateways to be measured beside nginx, see bench/README.md
  --scripts    what the mock calls the scenarios of the load: for the configuration of a peer;
               with --quick those of a brief run
  --help       this text

Tables on standard output, progress on standard error, JSON in bench/results/ or where BENCH_RESULTS says; of a
brief run in its folder quick/.
Exit codes: 0 measured, 1 the run is invalid or failed, 2 the command line is wrong.
bench/README.md says how to read it.`;

export function parseCommandLine(words: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        quick: { type: "boolean" },
        only: { type: "string", multiple: true },
        peers: { type: "string" },
        scripts: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return { type: "help" };
    const isQuick = values.quick ?? false;
    if (values.scripts) return { type: "scripts", isQuick };
    const parts = values.only ?? PARTS;
    const unknown = parts.find((part) => !PARTS.includes(part));
    if (unknown !== undefined) {
      return { type: "refuse", message: `There is no part ${unknown}: ${PARTS.join(", ")}.` };
    }
    if (values.peers !== undefined && !parts.includes(LOAD)) {
      return { type: "refuse", message: `--peers is for the part ${LOAD}, which is left out.` };
    }
    const peers = values.peers === undefined ? NO_PEERS : readPeersFile(values.peers);
    return { type: "run", isQuick, parts, peers };
  } catch (error) {
    return { type: "refuse", message: error instanceof Error ? error.message : String(error) };
  }
}
