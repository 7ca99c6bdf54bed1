/**
 * Which core runs what: the measured process has one for itself, mock and load share the other. A
 * process that wanders between cores pays for cold caches, and shares them with the load.
 */
import { spawnSync } from "node:child_process";

import { InvalidRun } from "./invalid-run.ts";

export type Role = "load" | "subject";

/** Of util-linux. */
const TASKSET = "taskset";

const CORES: Readonly<Record<Role, number>> = { load: 0, subject: 1 };

export type Pinning =
  | { readonly type: "pinned"; readonly cores: Readonly<Record<Role, number>> }
  | { readonly type: "free"; readonly reason: string };

export function detectPinning(): Pinning {
  for (const core of Object.values(CORES)) {
    const { error, status } = spawnSync(TASKSET, ["-c", String(core), "true"]);
    if (error !== undefined) return { type: "free", reason: "there is no taskset (util-linux)" };
    if (status !== 0) return { type: "free", reason: `core ${core} may not be used` };
  }
  return { type: "pinned", cores: CORES };
}

/** @returns the words that start a program on its core. The process is the program's own. */
export function pinnedCommand(pinning: Pinning, role: Role, words: readonly string[]): string[] {
  if (pinning.type === "free") return [...words];
  return [TASKSET, "-c", String(pinning.cores[role]), ...words];
}

/** Puts a process that runs already on its core. */
export function pinProcess(pinning: Pinning, role: Role, pid: number): void {
  if (pinning.type === "free") return;
  const core = String(pinning.cores[role]);
  const words = ["--all-tasks", "--cpu-list", "--pid", core, String(pid)];
  const { status, stderr } = spawnSync(TASKSET, words, { encoding: "utf8" });
  if (status === 0) return;
  throw new InvalidRun(`process ${pid} cannot be moved to core ${core}: ${stderr.trim()}`);
}
