import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import {
  detectCpuClock,
  findTree,
  parseProcessStat,
  parseSchedstatNs,
  readCpuMs,
  readMemoryBytes,
} from "./process-cpu.ts";

test("reads user and system time, whatever the process is called", () => {
  const text =
    "4211 (nginx: (x) y) z) S 4200 4200 12887 0 -1 4194560 97 11 2 0 72 13 5 6 20 0 12 0 203027 27944";
  expect(parseProcessStat(text)).toEqual({ pid: 4211, parentPid: 4200, cpuTicks: 85 });
});

test("reads the first number of a schedstat", () => {
  expect(parseSchedstatNs("548739362 215600165 801\n")).toBe(548_739_362);
});

test.each(["", "4211 nginx S 4200", "4211 (nginx) S"])("refuses %j", (text) => {
  expect(() => parseProcessStat(text)).toThrow("not a /proc/PID/stat");
  expect(() => parseSchedstatNs("")).toThrow("not a schedstat");
});

test("a tree holds children of children, in whichever order they are listed", () => {
  const parents = { 9: 8, 8: 7, 7: 1, 5: 1, 4: 5 };
  const all = Object.entries(parents).map(([pid, parentPid]) => ({
    pid: Number(pid),
    parentPid,
    cpuTicks: 0,
  }));
  expect(new Set(findTree([7], all))).toEqual(new Set([7, 8, 9]));
});

test("both clocks see the same work, to a few ticks", () => {
  const before = readBoth();
  const endMs = performance.now() + 200;
  while (performance.now() < endMs);
  const [schedstatMs = 0, statMs = 0] = readBoth().map((ms, index) => ms - (before[index] ?? 0));
  expect(statMs).toBeGreaterThan(0);
  if (detectCpuClock() === "schedstat") expect(Math.abs(schedstatMs - statMs)).toBeLessThan(50);
});

test("a process that has ended cannot be measured", () => {
  const { pid } = spawnSync("true");
  expect(() => readCpuMs([pid], "stat")).toThrow(`process ${pid} has ended`);
});

test("no process costs nothing", () => {
  expect(readCpuMs([], "stat")).toBe(0);
  expect(readMemoryBytes([])).toBe(0);
  expect(readMemoryBytes([process.pid])).toBeGreaterThan(2 ** 20);
});

function readBoth(): number[] {
  return (["schedstat", "stat"] as const).map((clock) => readCpuMs([process.pid], clock));
}
