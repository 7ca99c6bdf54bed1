/** The result of a suite in words. */
import { formatTable } from "../format-table.ts";
import { formatTime } from "../format-time.ts";
import type { MeasuredTask } from "./measure-suite.ts";
import type { Suite } from "./task.ts";

const NOTHING = "–";

export function formatSuite(suite: Suite, measured: readonly MeasuredTask[]): string {
  const head = [suite.name, "p50", "p99", "±", "published", "budget", "met"];
  const rows = measured.map(toRow);
  const missing = suite.missing.map(({ id, why }) => `no twin for ${id}: ${why}`);
  return [formatTable([head, ...rows]), ...missing, ""].join("\n");
}

function toRow({ task, timing }: MeasuredTask): string[] {
  const { id, kind, published, budgetNs } = task;
  const isMet = budgetNs === undefined ? NOTHING : timing.p50 <= budgetNs ? "yes" : "NO";
  return [
    kind === "production" ? `  ours: ${id}` : id,
    formatTime(timing.p50),
    formatTime(timing.p99),
    `${(timing.rme * 100).toFixed(1)} %`,
    published ?? NOTHING,
    budgetNs === undefined ? NOTHING : formatTime(budgetNs),
    isMet,
  ];
}
