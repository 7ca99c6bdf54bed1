import { join } from "node:path";
import { HELP, parseCommandLine } from "./command-line.ts";
import { describeEnvironment } from "./environment.ts";
import { toFigures } from "./figures.ts";
import { InvalidRun } from "./invalid-run.ts";
import { detectPinning, pinThisProcess } from "./pinning.ts";
import { FULL_PLAN, QUICK_PLAN } from "./plan.ts";
import { detectCpuClock } from "./process-cpu.ts";
import { formatReport, formatRound } from "./report.ts";
import { writeResults } from "./results-file.ts";
import { run } from "./run.ts";
import { startDirect } from "./subjects/direct.ts";
import { startBareGateway, startGateway } from "./subjects/gateway.ts";
import { findNginx, startNginx } from "./subjects/nginx.ts";

const RESULTS = join(import.meta.dirname, "../results/load.json");

const command = parseCommandLine(process.argv.slice(2));

switch (command.type) {
  case "help":
    console.log(HELP);
    break;
  case "refuse":
    console.error(`${command.message}\n${HELP}`);
    process.exitCode = 2;
    break;
  case "run":
    await measureAndReport(command.isQuick);
    break;
}

async function measureAndReport(isQuick: boolean): Promise<void> {
  const startedAt = new Date();
  const plan = isQuick ? QUICK_PLAN : FULL_PLAN;
  const pinning = detectPinning();
  const nginx = findNginx();
  const environment = describeEnvironment({
    nginx: nginx?.version,
    pinning,
    cpuClock: detectCpuClock(),
  });
  pinThisProcess(pinning);
  const subjects = [
    startDirect,
    ...(nginx ? [startNginx(nginx)] : []),
    startGateway,
    startBareGateway,
  ];
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => interrupt.abort(new Error(`ended by ${signal}`)));
  }
  try {
    const cells = await run({
      plan,
      subjects,
      pinning,
      onRound: (round) => console.error(formatRound(round, plan.rounds)),
      signal: interrupt.signal,
    });
    const figures = toFigures(cells);
    console.log(formatReport(figures, cells, environment));
    if (isQuick) console.log("\nOne short round, not warmed up: FOR SOUNDNESS, NOT FOR NUMBERS.");
    await writeResults(RESULTS, { startedAt, plan, environment, figures, cells });
  } catch (error) {
    console.error(describeFailure(error, interrupt.signal));
    // Not only the code: a load that was interrupted would run on for seconds.
    process.exit(1);
  }
}

function describeFailure(error: unknown, interrupt: AbortSignal): unknown {
  if (error instanceof InvalidRun) return `THE RUN IS INVALID: ${error.message}`;
  return interrupt.aborted && error instanceof Error ? error.message : error;
}
