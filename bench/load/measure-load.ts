/** Load through the whole gateway and what it is compared with: measured, told and written down. */
import { describeEnvironment } from "../environment.ts";
import { writeResults } from "../results-file.ts";
import { cpuUsPerUnit, toFigures } from "./figures.ts";
import { detectPinning, pinThisProcess } from "./pinning.ts";
import { FULL_PLAN, QUICK_PLAN } from "./plan.ts";
import { detectCpuClock } from "./process-cpu.ts";
import { formatReport, formatRound } from "./report.ts";
import { run } from "./run.ts";
import { startDirect } from "./subjects/direct.ts";
import { startBareGateway, startGateway } from "./subjects/gateway.ts";
import { findNginx, startNginx } from "./subjects/nginx.ts";

export interface LoadOptions {
  readonly isQuick: boolean;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** @throws {InvalidRun} when an answer was wrong or the load did not come as planned. */
export async function measureLoad({ isQuick, signal }: LoadOptions): Promise<void> {
  const startedAt = new Date();
  const plan = isQuick ? QUICK_PLAN : FULL_PLAN;
  const pinning = detectPinning();
  const nginx = findNginx();
  const place = { nginx: nginx?.version, pinning, cpuClock: detectCpuClock() };
  const environment = { ...describeEnvironment(), ...place };
  pinThisProcess(pinning);
  const cells = await run({
    plan,
    subjects: [startDirect, ...(nginx ? [startNginx(nginx)] : []), startGateway, startBareGateway],
    pinning,
    onRound: (round) => console.error(formatRound(round)),
    signal,
  });
  const { scenarios } = plan;
  const figures = toFigures(scenarios, cells);
  console.log(formatReport(scenarios, { figures, cells }, environment));
  await writeResults("load", {
    startedAt,
    plan,
    environment,
    figures,
    // Without the samples: half a million numbers, which the figures sum up.
    cells: cells.map((cell) => ({
      ...cell,
      latencies: undefined,
      cpuUsPerUnit: cpuUsPerUnit(cell),
    })),
  });
}
