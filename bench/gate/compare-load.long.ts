import { join } from "node:path";
import { expect, test } from "vitest";
import { createRevisionPlan } from "../load/plan.ts";
import type { Plan } from "../load/plan.ts";
import { createScenario } from "../load/scenario.ts";
import type { Scenario } from "../load/scenario.ts";
import { compareLoad } from "./compare-load.ts";

const ROOT = join(import.meta.dirname, "../..");
/** ms. Two gateways, a model and their keys: six Node processes on a machine that may be busy. */
const TIMEOUT_MS = 60_000;

/** Whatever the machine does, one budget is kept and the other is not. */
const BUDGETS: Readonly<Record<string, number>> = { streams: 1000, requests: 0.001 };

/** Enough to see that both sides are loaded and compared, too short for any figure. */
const MINIATURE: Plan = {
  ...createRevisionPlan(2),
  loadShareMin: 0,
  scenarios: createRevisionPlan(2).scenarios.map(shorten),
};

function shorten({ comparison, ...row }: Scenario): Scenario {
  if (comparison.type === "in_turns") throw new Error("revisions are compared side by side");
  return createScenario({
    ...row,
    traffic: { ...row.traffic, settleMs: 100, windowMs: 300 },
    comparison: { ...comparison, budget: BUDGETS[row.name] ?? 0 },
    warmUp: undefined,
  });
}

async function compare(baseFolder: string): Promise<{ isGood: boolean; printed: string }> {
  const printed: string[] = [];
  const isGood = await compareLoad({
    plan: MINIATURE,
    pinning: { type: "free", reason: "a test" },
    baseFolder,
    print: (text) => printed.push(text),
    tell: () => undefined,
    signal: new AbortController().signal,
  });
  return { isGood, printed: printed.join("\n") };
}

test(
  "events and requests of both revisions are told, and one of them that costs too much is enough",
  async () => {
    const { isGood, printed } = await compare(ROOT);
    expect(printed).toMatch(/streams +CPU per event.*1000[^]*requests +CPU per request.*0\.001/);
    expect(printed).toMatch(/SLOWER$/);
    expect(isGood).toBe(false);
  },
  TIMEOUT_MS,
);

test("a base that is not there is no result", async () => {
  await expect(compare(join(ROOT, "nowhere"))).rejects.toThrow("nowhere");
});
