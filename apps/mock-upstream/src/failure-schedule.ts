/** Which requests of a scenario fail: `failFirst` and `failEvery` count them. */
import { DEFAULT_SCENARIO } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { formatScenario } from "./scenario-syntax.ts";

/** Scenarios that are counted; above it the oldest count is forgotten. */
const COUNTS_MAX = 10_000;

export class FailureSchedule {
  readonly #requests = new Map<string, number>();

  /** Counts a request. @returns What it is to be answered with. */
  next(scenario: Scenario): Scenario {
    if (scenario.failFirst === 0 && scenario.failEvery === 0) return scenario;
    return isFailing(scenario, this.#count(formatScenario(scenario)))
      ? withFailure(scenario)
      : withoutFailure(scenario);
  }

  reset(): void {
    this.#requests.clear();
  }

  #count(key: string): number {
    const number = (this.#requests.get(key) ?? 0) + 1;
    this.#requests.set(key, number);
    const [oldest = key] = this.#requests.keys();
    if (this.#requests.size > COUNTS_MAX) this.#requests.delete(oldest);
    return number;
  }
}

/** @param number Of the request among those of its scenario, from 1. */
function isFailing({ failFirst, failEvery }: Scenario, number: number): boolean {
  const isFirst = failFirst === 0 || number <= failFirst;
  return isFirst && (failEvery === 0 || number % failEvery === 0);
}

/** A scenario that counts failures and names none means an overloaded server. */
function withFailure(scenario: Scenario): Scenario {
  const { answer, status, body, fail } = scenario;
  const isNamed = answer !== "send" || status !== 200 || body !== "auto" || fail !== "none";
  return isNamed ? scenario : { ...scenario, status: 503 };
}

function withoutFailure(scenario: Scenario): Scenario {
  const { answer, status, body, fail, retryAfter, contentType } = DEFAULT_SCENARIO;
  return { ...scenario, answer, status, body, fail, retryAfter, contentType };
}
