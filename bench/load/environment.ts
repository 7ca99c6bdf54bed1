/** Where a run took place: without it, its figures cannot be read. */
import { cpus, loadavg, release } from "node:os";
import type { Pinning } from "./pinning.ts";
import type { CpuClock } from "./process-cpu.ts";

export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  /** `undefined` when it is not installed. */
  readonly nginx: string | undefined;
  readonly pinning: Pinning;
  readonly cpuClock: CpuClock;
  /** Of the last minute, before the run. */
  readonly loadAverage: number;
}

export function describeEnvironment(
  facts: Pick<Environment, "nginx" | "pinning" | "cpuClock">,
): Environment {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    kernel: release(),
    node: process.versions.node,
    loadAverage: loadavg()[0] ?? 0,
    ...facts,
  };
}
