/** How long and how often is measured. Cold. */
import { createScenario } from "./scenario.ts";
import type { Scenario, ScenarioRow, Traffic } from "./scenario.ts";

export interface Plan {
  readonly isQuick: boolean;
  /** Played like the others and not counted: compiled code, open connections, filled caches. */
  readonly warmUpRounds: number;
  /** In the order in which they are played. */
  readonly scenarios: readonly Scenario[];
  /** Of the planned load, what must have come for the run to be valid: events that wait come in bunches. */
  readonly loadShareMin: number;
}

/** With the rest of the body, a request of about 0.5 KB. */
const SHORT_PROMPT_BYTES = 400;

const ROWS: readonly ScenarioRow[] = [
  {
    name: "streams",
    label: "100 streams, 50 events/s",
    // A pace of 50 events a second is that of a fast model; 100 streams leave nginx 93 % idle.
    traffic: { type: "streams", streams: 100, gapMs: 20, settleMs: 500, windowMs: 4_500 },
    promptBytes: SHORT_PROMPT_BYTES,
    rounds: 4,
    budget: 1.7,
    withBare: true,
  },
  {
    name: "many_streams",
    label: "1,000 streams, 20 events/s",
    traffic: { type: "streams", streams: 1000, gapMs: 50, settleMs: 1_000, windowMs: 4_000 },
    promptBytes: SHORT_PROMPT_BYTES,
    rounds: 2,
    budget: undefined,
    withBare: false,
  },
  {
    name: "requests",
    label: "requests of 0.5 KB, 300/s",
    // Low enough to leave a gateway that needs 1 ms per request two thirds of its core.
    traffic: {
      type: "requests",
      requestsPerSecond: 300,
      connections: 32,
      settleMs: 500,
      windowMs: 4_000,
    },
    promptBytes: SHORT_PROMPT_BYTES,
    rounds: 4,
    budget: 5,
    withBare: false,
  },
  {
    name: "large_requests",
    label: "requests of 100 KB, 100/s",
    traffic: {
      type: "requests",
      requestsPerSecond: 100,
      connections: 32,
      settleMs: 500,
      windowMs: 3_000,
    },
    promptBytes: 100_000,
    rounds: 2,
    budget: undefined,
    withBare: false,
  },
];

export const FULL_PLAN: Plan = {
  isQuick: false,
  warmUpRounds: 1,
  scenarios: ROWS.map(createScenario),
  loadShareMin: 0.95,
};

/** A thousand streams take longer to begin than all the others together. */
const SLOW: readonly string[] = ["many_streams"];

export const QUICK_PLAN: Plan = {
  isQuick: true,
  warmUpRounds: 0,
  scenarios: ROWS.filter(({ name }) => !SLOW.includes(name)).map((row) =>
    createScenario({ ...row, rounds: 1, traffic: shorten(row.traffic) }),
  ),
  loadShareMin: 0.5,
};

function shorten(traffic: Traffic): Traffic {
  return { ...traffic, settleMs: 300, windowMs: 1_500 };
}
