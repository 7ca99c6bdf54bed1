/** The same load through two whole gateways at once, on one core: what disturbs one, disturbs both. */
import { formatTable } from "../format-table.ts";
import { toFigures } from "../load/figures.ts";
import type { Figure } from "../load/figures.ts";
import { InvalidRun } from "../load/invalid-run.ts";
import type { Pinning } from "../load/pinning.ts";
import type { Plan } from "../load/plan.ts";
import { formatRound } from "../load/report.ts";
import { run } from "../load/run.ts";
import { startGateway, startRevision } from "../load/subjects/gateway.ts";
import { BASE, GATEWAY } from "../load/subjects/subject.ts";
import { GateFailure } from "./gate-failure.ts";

export interface LoadComparison {
  readonly plan: Plan;
  readonly pinning: Pinning;
  /** Where the base is checked out. */
  readonly baseFolder: string;
  readonly print: (text: string) => void;
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * @returns whether nothing costs more CPU than it may.
 * @throws {GateFailure} when that could not be measured.
 */
export async function compareLoad(comparison: LoadComparison): Promise<boolean> {
  const { plan, pinning, baseFolder, print, tell, signal } = comparison;
  if (pinning.type === "free") tell(`not pinned, so expect more noise: ${pinning.reason}`);
  const subjects = [startGateway, startRevision(baseFolder)];
  const onRound: Parameters<typeof run>[0]["onRound"] = (round) => tell(formatRound(round));
  try {
    const cells = await run({ plan, subjects, pinning, mockPort: 0, onRound, signal });
    const compared = toFigures(plan.scenarios, cells).filter((figure) => figure.comparison);
    print(formatCompared(compared));
    const isGood = compared.every((figure) => figure.comparison?.isMet === true);
    print(isGood ? "Nothing is slower." : "SLOWER");
    return isGood;
  } catch (error) {
    if (error instanceof InvalidRun) throw new GateFailure(error.message, { cause: error });
    throw error;
  }
}

function formatCompared(figures: readonly Figure[]): string {
  const head = ["scenario", "figure", "base", "head", "head ÷ base (min–max)", "at most"];
  const rows = figures.map(({ scenario, label, values, comparison }) => {
    const [base, own] = [values[BASE], values[GATEWAY]].map((spread) => spread?.median.toFixed(1));
    const { ratio, budget } = comparison ?? {};
    const spread = `${ratio?.median.toFixed(3)} (${ratio?.min.toFixed(3)}–${ratio?.max.toFixed(3)})`;
    return [scenario, label, base ?? "–", own ?? "–", spread, String(budget)];
  });
  return formatTable([head, ...rows]);
}
