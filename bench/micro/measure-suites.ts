/** The suites, one after the other: measured, told and written down. */
import { describeEnvironment } from "../environment.ts";
import { writeResults } from "../results-file.ts";
import { formatHeadline, toHeadlines } from "./headlines.ts";
import { FULL_MICRO_PLAN, measureSuite, QUICK_MICRO_PLAN } from "./measure-suite.ts";
import type { MeasuredTask } from "./measure-suite.ts";
import { formatSuite } from "./micro-report.ts";
import type { Suite } from "./task.ts";

export interface SuitesOptions {
  readonly isQuick: boolean;
  /** Ends it between two tasks. */
  readonly signal: AbortSignal;
}

export async function measureSuites(
  suites: readonly Suite[],
  { isQuick, signal }: SuitesOptions,
): Promise<void> {
  const plan = isQuick ? QUICK_MICRO_PLAN : FULL_MICRO_PLAN;
  const environment = describeEnvironment();
  const all: MeasuredTask[] = [];
  for (const suite of suites) {
    const startedAt = new Date();
    console.error(`${suite.name}: ${suite.tasks.length} tasks`);
    const measured = await measureSuite(suite, plan, signal);
    all.push(...measured);
    console.log(formatSuite(suite, measured));
    // A function is not written.
    const tasks = measured.map(({ task, timing }) => ({ ...task, run: undefined, timing }));
    const { missing } = suite;
    await writeResults(suite.name, { startedAt, plan, environment, tasks, missing });
  }
  for (const headline of toHeadlines(all)) console.log(formatHeadline(headline));
}
