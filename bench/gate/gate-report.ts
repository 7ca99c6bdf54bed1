import { formatTable } from "../format-table.ts";
import { formatTime } from "../format-time.ts";
import type { Judgement } from "./judge.ts";

export function formatJudgements(judgements: readonly Judgement[], rounds: number): string {
  const head = ["task", "base", "head", "shift", "p", "verdict"];
  const rows = judgements.map(({ task, baseNs, headNs, shift, p, verdict }) => [
    task,
    formatTime(baseNs),
    formatTime(headNs),
    `${shift > 0 ? "+" : ""}${(shift * 100).toFixed(1)} %`,
    p < 0.0001 ? "<0.0001" : p.toFixed(4),
    verdict === "slower" ? "SLOWER" : verdict,
  ]);
  return `${formatTable([head, ...rows])}Medians of ${rounds} processes per side.`;
}
