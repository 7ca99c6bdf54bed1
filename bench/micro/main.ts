import { formatHeadline, toHeadlines } from "./headlines.ts";
import { FULL_MICRO_PLAN, measureSuite, QUICK_MICRO_PLAN } from "./measure-suite.ts";
import type { MeasuredTask } from "./measure-suite.ts";
import { formatSuite } from "./micro-report.ts";
import { SUITES } from "./suites.ts";

const plan = process.argv.includes("--quick") ? QUICK_MICRO_PLAN : FULL_MICRO_PLAN;
const all: MeasuredTask[] = [];
for (const suite of SUITES) {
  const measured = await measureSuite(suite, plan);
  all.push(...measured);
  console.log(formatSuite(suite, measured));
}
for (const headline of toHeadlines(all)) console.log(formatHeadline(headline));
