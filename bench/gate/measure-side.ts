/**
 * One round of one side, in a process of its own: `measure-side.ts SUITES_FILE PLAN [ID...]`. The suites are
 * those of a revision, the clock and the statistics are the gate's, so that both sides are measured alike.
 *
 * Without ids it measures the gateway's own code. It prints one line of JSON: `[{id, p50}]`, ns.
 */
import { pathToFileURL } from "node:url";
import { measureSuite } from "../micro/measure-suite.ts";
import type { MicroPlan } from "../micro/measure-suite.ts";
import type { Suite } from "../micro/task.ts";

const [file = "", planText = "{}", ...ids] = process.argv.slice(2);
const plan = JSON.parse(planText) as MicroPlan;
const { SUITES } = (await import(pathToFileURL(file).href)) as {
  readonly SUITES: readonly Suite[];
};

const medians: { readonly id: string; readonly p50: number }[] = [];
for (const suite of SUITES) {
  const tasks = suite.tasks.filter(({ id, kind }) =>
    ids.length === 0 ? kind === "production" : ids.includes(id),
  );
  if (tasks.length === 0) continue;
  const measured = await measureSuite({ ...suite, tasks }, plan, new AbortController().signal);
  for (const { task, timing } of measured) medians.push({ id: task.id, p50: timing.p50 });
}
console.log(JSON.stringify(medians));
// Caches with timers and metrics that watch the process would keep it.
process.exit(0);
