import { HELP, LOAD, parseCommandLine } from "./command-line.ts";
import type { Command } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { InvalidRun } from "./load/invalid-run.ts";
import { measureLoad } from "./load/measure-load.ts";
import { FULL_PLAN, QUICK_PLAN } from "./load/plan.ts";
import type { Plan } from "./load/plan.ts";
import { withWarmUps } from "./load/scenario.ts";
import { measureSuites } from "./micro/measure-suites.ts";
import { SUITES } from "./micro/suites.ts";

const command = parseCommandLine(process.argv.slice(2));

switch (command.type) {
  case "help":
    console.log(HELP);
    break;
  case "refuse":
    console.error(`${command.message}\n\n${HELP}`);
    process.exitCode = 2;
    break;
  case "scripts":
    printScripts(command.isQuick ? QUICK_PLAN : FULL_PLAN);
    break;
  case "run":
    await measure(command);
    break;
}

function printScripts({ scenarios }: Plan): void {
  const rows = withWarmUps(scenarios).map(({ name, script }) => [name, script]);
  console.log(formatTable([["scenario", "script"], ...rows]));
}

async function measure({ isQuick, parts, peers }: Command & { type: "run" }): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => interrupt.abort(new Error(`ended by ${signal}`)));
  }
  const { signal } = interrupt;
  try {
    const suites = SUITES.filter(({ name }) => parts.includes(name));
    await measureSuites(suites, { isQuick, signal });
    if (parts.includes(LOAD)) await measureLoad({ isQuick, peers, signal });
    if (isQuick) console.log("\nBrief, and not warmed up: FOR SOUNDNESS, NOT FOR NUMBERS.");
  } catch (error) {
    console.error(describeFailure(error, signal));
    // Not only the code: a load that was interrupted would run on for seconds.
    process.exit(1);
  }
}

function describeFailure(error: unknown, interrupt: AbortSignal): unknown {
  if (error instanceof InvalidRun) return `THE RUN IS INVALID: ${error.message}`;
  return interrupt.aborted && error instanceof Error ? error.message : error;
}
