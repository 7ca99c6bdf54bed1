/**
 * What the process itself is doing, sampled at every scrape.
 *
 * Own code rather than prom-client's defaults, because those come all together: with an event-loop
 * gauge that every scrape resets, so that two scrapers spoil each other's readings, a garbage
 * collection observer that reads only the first entry of a batch, and lists of all open handles.
 */
import { readdir, readFile } from "node:fs/promises";
import { eventLoopUtilization } from "node:perf_hooks";
import process from "node:process";
import type { Counter } from "prom-client";
import * as rows from "./process-rows.ts";
import type { Instruments } from "./instruments.ts";

export class RuntimeMetrics {
  readonly #counters;
  readonly #gauges;

  constructor(instruments: Instruments, version: string) {
    this.#counters = {
      loopActive: instruments.fixedCounter(rows.EVENT_LOOP_ACTIVE),
      loopIdle: instruments.fixedCounter(rows.EVENT_LOOP_IDLE),
      cpu: instruments.fixedCounter(rows.CPU),
      cpuUser: instruments.fixedCounter(rows.CPU_USER),
      cpuSystem: instruments.fixedCounter(rows.CPU_SYSTEM),
    };
    this.#gauges = {
      residentMemory: instruments.gauge(rows.RESIDENT_MEMORY),
      heapTotal: instruments.gauge(rows.HEAP_TOTAL),
      heapUsed: instruments.gauge(rows.HEAP_USED),
      externalMemory: instruments.gauge(rows.EXTERNAL_MEMORY),
      openFiles: instruments.gauge(rows.OPEN_FILES),
      maxFiles: instruments.gauge(rows.MAX_FILES),
    };
    instruments.gauge(rows.BUILD_INFO).set({ version, node: process.version }, 1);
    instruments.gauge(rows.START_TIME).set(Date.now() / 1_000 - process.uptime());
  }

  async sample(): Promise<void> {
    this.#sampleTime();
    this.#sampleMemory();
    await this.#countOpenFiles();
    await this.#readMaxFiles();
  }

  #sampleTime(): void {
    const { loopActive, loopIdle, cpu, cpuUser, cpuSystem } = this.#counters;
    const { active, idle } = eventLoopUtilization();
    setTotal(loopActive, active / 1_000);
    setTotal(loopIdle, idle / 1_000);
    const { user, system } = process.cpuUsage();
    setTotal(cpu, (user + system) / 1_000_000);
    setTotal(cpuUser, user / 1_000_000);
    setTotal(cpuSystem, system / 1_000_000);
  }

  #sampleMemory(): void {
    const { residentMemory, heapTotal, heapUsed, externalMemory } = this.#gauges;
    const memory = process.memoryUsage();
    residentMemory.set(memory.rss);
    heapTotal.set(memory.heapTotal);
    heapUsed.set(memory.heapUsed);
    externalMemory.set(memory.external);
  }

  async #countOpenFiles(): Promise<void> {
    const { openFiles } = this.#gauges;
    try {
      // One of them is the directory that is being read.
      openFiles.set((await readdir("/proc/self/fd")).length - 1);
    } catch {
      // Not Linux: unknown is not 0.
      openFiles.remove();
    }
  }

  async #readMaxFiles(): Promise<void> {
    const { maxFiles } = this.#gauges;
    const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
    const max = MAX_FILES.exec(limits)?.[1];
    if (max === undefined) maxFiles.remove();
    else maxFiles.set(Number(max));
  }
}

/** The limit that is in force, before the one up to which a process may raise it. */
const MAX_FILES = /^Max open files +(\d+) /m;

/** For what the system has counted itself: prom-client's counters can only be added to. */
function setTotal(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}
