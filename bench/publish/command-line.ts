/** What `npm run bench:publish` may be told. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { QUICK_RESULTS_FOLDER, RESULTS_FOLDER } from "../results-file.ts";

export interface PublishOptions {
  readonly isDirtyAllowed: boolean;
  readonly isQuickAllowed: boolean;
  /** Nothing new is published. */
  readonly isHistoryOnly: boolean;
  readonly isPrinted: boolean;
  /** A folder of Prometheus' data. */
  readonly backfill: string | undefined;
  readonly pushgateway: string | undefined;
  readonly resultsFolder: string;
  readonly historyFolder: string;
}

export type PublishCommand =
  | { readonly type: "publish"; readonly options: PublishOptions }
  | { readonly type: "help" }
  | { readonly type: "refuse"; readonly message: string };

const HISTORY_FOLDER = join(import.meta.dirname, "../history");

export const PUBLISH_HELP: string = `Adds the results of the last run to the history of its machine, and takes histories to Prometheus.

Usage: npm run bench:publish [-- OPTION...]
       node bench/publish/main.ts [OPTION...]

  --backfill DIR      write blocks of all histories into a data folder of Prometheus, with promtool
  --pushgateway URL   send the newest results, without timestamps, to a Pushgateway
  --stdout            print all histories in the format OpenMetrics
  --history-only      publish nothing new, only take what is in the history to the places above
  --dirty             publish results of a tree with changes, or of no repository
  --quick             publish results of a quick run (bench/results/quick), into a history of their own
  --results DIR       instead of bench/results
  --history DIR       instead of bench/history
  --help              this text

A relative DIR counts from bench/ when npm runs this. One line per commit and part is kept in
bench/history/TESTBED.jsonl, to be committed. Publishing a commit again replaces its lines. What is far from what
is usual on the machine is warned of.
Exit codes: 0 published, 1 refused or failed, 2 the command line is wrong.`;

export function parsePublishCommand(words: readonly string[]): PublishCommand {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        backfill: { type: "string" },
        pushgateway: { type: "string" },
        stdout: { type: "boolean", default: false },
        "history-only": { type: "boolean", default: false },
        dirty: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        results: { type: "string" },
        history: { type: "string", default: HISTORY_FOLDER },
        help: { type: "boolean", default: false },
      },
    });
    const { backfill, pushgateway } = values;
    if (values.help) return { type: "help" };
    if (pushgateway !== undefined && !isWebAddress(pushgateway)) {
      return { type: "refuse", message: `--pushgateway: ${pushgateway} is no http address.` };
    }
    const options = {
      backfill,
      pushgateway,
      isPrinted: values.stdout,
      isHistoryOnly: values["history-only"],
      isDirtyAllowed: values.dirty,
      isQuickAllowed: values.quick,
      resultsFolder: values.results ?? (values.quick ? QUICK_RESULTS_FOLDER : RESULTS_FOLDER),
      historyFolder: values.history,
    };
    return { type: "publish", options };
  } catch (error) {
    return { type: "refuse", message: error instanceof Error ? error.message : String(error) };
  }
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}
