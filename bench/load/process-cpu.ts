/**
 * CPU time and memory of processes and their descendants, from /proc. Linux only.
 *
 * Two clocks count CPU time. `schedstat` has nanoseconds, but only per thread: the one of a process
 * is that of its first thread, which hides Node's compiler, garbage collector and database threads,
 * so all threads are added up. `stat` has whole ticks for the whole process and is read where the
 * kernel has no `schedstat`. Source: proc(5), and Documentation/scheduler/sched-stats of Linux.
 */
import { readFileSync, readdirSync } from "node:fs";
import { InvalidRun } from "./invalid-run.ts";

export type CpuClock = "schedstat" | "stat";

/** `sysconf(_SC_CLK_TCK)` is 100 on every Linux that Node supports. */
export const TICK_MS = 10;

export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** User and system time. */
  readonly cpuTicks: number;
}

/** @param text `/proc/PID/stat`. The name, in parentheses, may hold spaces and parentheses itself. */
export function parseProcessStat(text: string): ProcessStat {
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  // Behind the name: state, parent, ...; user and system time are fields 14 and 15 of all.
  const [parentPid, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  if (nameEnd === -1 || user === undefined || system === undefined || Number.isNaN(system)) {
    throw new Error(`not a /proc/PID/stat: ${text.slice(0, 60)}`);
  }
  return { pid: Number.parseInt(text, 10), parentPid: parentPid ?? 0, cpuTicks: user + system };
}

/** @param text `/proc/PID/task/TID/schedstat`: ns on a CPU, ns waiting for one, time slices. */
export function parseSchedstatNs(text: string): number {
  const ns = Number.parseInt(text, 10);
  if (Number.isNaN(ns)) throw new Error(`not a schedstat: ${text.slice(0, 60)}`);
  return ns;
}

/** @returns the processes and all that descend from them. */
export function findTree(rootPids: readonly number[], all: readonly ProcessStat[]): number[] {
  const tree = new Set(rootPids);
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const { pid, parentPid } of all) if (tree.has(parentPid)) tree.add(pid);
  }
  return [...tree];
}

export function detectCpuClock(): CpuClock {
  return readOptional("/proc/self/schedstat") === undefined ? "stat" : "schedstat";
}

/**
 * @returns ms that the processes and their descendants have been on a CPU so far.
 * @throws {InvalidRun} when one of the processes has ended.
 */
export function readCpuMs(rootPids: readonly number[], clock: CpuClock): number {
  return sum(listTree(rootPids).map(clock === "stat" ? readTicksMs : readThreadsMs));
}

/** @returns bytes of the processes and their descendants in memory; shared pages count for each. */
export function readMemoryBytes(rootPids: readonly number[]): number {
  return sum(listTree(rootPids).map(readResidentBytes));
}

/** @returns ms that a core has worked for anybody so far, in ticks. */
export function readCoreBusyMs(core: number): number {
  const line = readFileSync("/proc/stat", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`cpu${core} `));
  // What the hypervisor gave to other machines is not ours either.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (line ?? "")
    .split(" ")
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** @returns the processes with all that they have started. @throws {InvalidRun} when one has ended. */
export function listTree(rootPids: readonly number[]): number[] {
  if (rootPids.length === 0) return [];
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const texts = pids.map((pid) => readOptional(`/proc/${pid}/stat`));
  const stats = texts.filter((text) => text !== undefined).map(parseProcessStat);
  const ended = rootPids.find((root) => stats.every(({ pid }) => pid !== root));
  if (ended !== undefined) throw new InvalidRun(`process ${ended} has ended`);
  return findTree(rootPids, stats);
}

function readTicksMs(pid: number): number {
  const text = readOptional(`/proc/${pid}/stat`);
  return text === undefined ? 0 : parseProcessStat(text).cpuTicks * TICK_MS;
}

function readThreadsMs(pid: number): number {
  const folder = `/proc/${pid}/task`;
  const times = listOptional(folder).map((thread) => readOptional(`${folder}/${thread}/schedstat`));
  return sum(times.map((text) => (text === undefined ? 0 : parseSchedstatNs(text)))) / 1e6;
}

function readResidentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readOptional(`/proc/${pid}/status`) ?? "")?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

/** @returns nothing when the process has ended since it was listed. */
function listOptional(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @returns `undefined` when there is no such file, or no such process any more. */
function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
