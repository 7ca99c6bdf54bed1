/** Load through the whole gateway and what it is compared with: measured, told and written down. */
import { describeEnvironment } from "../environment.ts";
import { writeResults } from "../results-file.ts";
import { measureColdStarts, toColdStartFigures } from "./cold-start.ts";
import { cpuUsPerUnit, toFigures } from "./figures.ts";
import type { PeersFile } from "./peers-file.ts";
import { detectPinning, pinProcess } from "./pinning.ts";
import { FULL_PLAN, QUICK_PLAN } from "./plan.ts";
import { detectCpuClock } from "./process-cpu.ts";
import { formatReport, formatRound } from "./report.ts";
import { run } from "./run.ts";
import { startDirect } from "./subjects/direct.ts";
import { startBareGateway, startGateway } from "./subjects/gateway.ts";
import { findNginx, startNginx } from "./subjects/nginx.ts";
import { startPeer } from "./subjects/peer.ts";

export interface LoadOptions {
  readonly isQuick: boolean;
  readonly peers: PeersFile;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** @throws {InvalidRun} when an answer was wrong or the load did not come as planned. */
export async function measureLoad({ isQuick, peers, signal }: LoadOptions): Promise<void> {
  const startedAt = new Date();
  const plan = isQuick ? QUICK_PLAN : FULL_PLAN;
  const { scenarios } = plan;
  const pinning = detectPinning();
  const nginx = findNginx();
  const place = { nginx: nginx?.version, pinning, cpuClock: detectCpuClock() };
  const environment = { ...describeEnvironment(), ...place };
  pinProcess(pinning, "load", process.pid);
  const proxies = [...(nginx ? [startNginx(nginx)] : []), startGateway];
  const others = peers.peers.map((peer) => startPeer(peer, pinning));
  const options = { pinning, mockPort: peers.mockPort, signal };
  const starts = await measureColdStarts(proxies, plan.coldStarts, { ...options, scenarios });
  const cells = await run({
    ...options,
    plan,
    subjects: [startDirect, ...proxies, ...others, startBareGateway],
    onRound: (round) => console.error(formatRound(round)),
  });
  const figures = [...toFigures(scenarios, cells), ...toColdStartFigures(starts)];
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
