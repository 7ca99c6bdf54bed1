/** Times the tasks of a suite, one after the other, each for as long as the plan allows. */
import { Bench } from "tinybench";
import type { Suite, Task } from "./task.ts";

export interface MicroPlan {
  readonly isQuick: boolean;
  /** Of each task, ms. */
  readonly timeMs: number;
  readonly warmupMs: number;
}

/** 53 tasks of the reference and their twins take about a minute. */
export const FULL_MICRO_PLAN: MicroPlan = { isQuick: false, timeMs: 600, warmupMs: 200 };
export const QUICK_MICRO_PLAN: MicroPlan = { isQuick: true, timeMs: 20, warmupMs: 10 };

/** Of one iteration, ns. */
interface Timing {
  readonly mean: number;
  readonly p50: number;
  readonly p75: number;
  readonly p99: number;
  readonly p999: number;
  /** Median absolute deviation: how far samples are from their median. */
  readonly mad: number;
  /** Relative margin of error of the mean, as a share. */
  readonly rme: number;
  readonly samples: number;
}

export interface MeasuredTask {
  readonly task: Task;
  readonly timing: Timing;
}

const NS_PER_MS = 1e6;

/** @throws when the suite does not do what it says. */
export async function measureSuite(
  { tasks, verify }: Suite,
  plan: MicroPlan,
  signal: AbortSignal,
): Promise<MeasuredTask[]> {
  verify();
  const measured: MeasuredTask[] = [];
  for (const task of tasks) {
    signal.throwIfAborted();
    measured.push({ task, timing: await time(task, plan) });
  }
  return measured;
}

async function time(task: Task, { timeMs, warmupMs }: MicroPlan): Promise<Timing> {
  const bench = new Bench({ time: timeMs, warmupTime: warmupMs, iterations: 16 });
  bench.add(task.id, task.run);
  const [done] = await bench.run();
  if (done?.result.state !== "completed") throw new Error(`${task.id}: ${done?.result.state}`);
  const { latency } = done.result;
  const inner = task.inner ?? 1;
  const toNs = (ms: number): number => (ms * NS_PER_MS) / inner;
  return {
    mean: toNs(latency.mean),
    p50: toNs(latency.p50),
    p75: toNs(latency.p75),
    p99: toNs(latency.p99),
    p999: toNs(latency.p999),
    mad: toNs(latency.mad),
    rme: latency.rme / 100,
    samples: latency.samplesCount,
  };
}
