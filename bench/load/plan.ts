/** How long and how often is measured. Cold. */
import { createScenario } from "./scenario.ts";
import type { ComparisonPlan, Scenario, ScenarioRow, Traffic } from "./scenario.ts";
import { BARE, BASE, NGINX } from "./subjects/subject.ts";

export interface Plan {
  readonly isQuick: boolean;
  /** In the order in which they are played. */
  readonly scenarios: readonly Scenario[];
  /** Of the planned load, what must have come for the run to be valid: events that wait come in bunches. */
  readonly loadShareMin: number;
  /** How often each proxy is started anew, to see how long that takes. */
  readonly coldStarts: number;
}

/** With the rest of the body, a request of about 0.5 KB. */
const SHORT_PROMPT_BYTES = 400;

/** A pace of 50 events a second is that of a fast model; 100 streams leave nginx 93 % idle. */
const HUNDRED_STREAMS = {
  type: "streams",
  streams: 100,
  gapMs: 20,
  settleMs: 500,
  windowMs: 4_500,
  leavingShare: 0,
} as const satisfies Traffic;

/**
 * About half of what a gateway's core can do. The starts are 41 in five gaps, so that their phases cover the pace and a
 * stream does not always begin together with the events of the same others.
 */
const ARRIVALS = {
  type: "arrivals",
  requestsPerSecond: 410,
  eventsPerStream: 25,
  gapMs: 20,
  connections: 400,
  settleMs: 1_500,
  windowMs: 4_000,
} as const satisfies Traffic;

/** 100,000 events. */
const WARM_UP_STREAMS = { ...HUNDRED_STREAMS, streams: 400 };
/** 2,000 streams of 50,000 events, at no higher rate: the gateway could not begin many more while it compiles. */
const WARM_UP_ARRIVALS = { ...ARRIVALS, settleMs: 100, windowMs: 5_000 };
/**
 * 30,000 requests, a minute and a half of the load. V8 compiles for that long: after 10,000 a request costs a fifth
 * more (396 µs instead of 331, and 5.6 instead of 5.0 times what it costs nginx).
 */
const WARM_UP_REQUESTS = {
  type: "requests",
  requestsPerSecond: 2_000,
  connections: 32,
  settleMs: 100,
  windowMs: 15_000,
} as const satisfies Traffic;

const COMMON = {
  promptBytes: SHORT_PROMPT_BYTES,
  warmUp: undefined,
  comparison: toNginx(undefined),
  limits: [],
  load: "required",
} as const;

const ROWS: readonly ScenarioRow[] = [
  {
    ...COMMON,
    name: "streams",
    label: "100 streams, 50 events/s",
    traffic: HUNDRED_STREAMS,
    warmUp: WARM_UP_STREAMS,
    rounds: 4,
    comparison: toNginx(1.7),
  },
  {
    ...COMMON,
    name: "telemetry",
    label: "the same, with and without telemetry",
    traffic: HUNDRED_STREAMS,
    warmUp: WARM_UP_STREAMS,
    rounds: 6,
    comparison: { type: "side_by_side", with: BARE, budget: 1.1 },
  },
  {
    ...COMMON,
    name: "leaving",
    label: "the same, every tenth client leaves",
    traffic: { ...HUNDRED_STREAMS, leavingShare: 0.1 },
    rounds: 2,
  },
  {
    ...COMMON,
    name: "many_streams",
    label: "1,000 streams, 20 events/s",
    traffic: {
      ...HUNDRED_STREAMS,
      streams: 1000,
      gapMs: 50,
      settleMs: 1_000,
      windowMs: 4_000,
    },
    rounds: 2,
    limits: [
      { type: "added", figure: "event_late_p99_ms", max: 5 },
      { type: "at_most", figure: "memory_mib", max: 256 },
    ],
  },
  {
    ...COMMON,
    name: "arrivals",
    label: "410 streams of 25 events begin each second",
    traffic: ARRIVALS,
    warmUp: WARM_UP_ARRIVALS,
    rounds: 2,
    limits: [{ type: "added", figure: "first_chunk_p99_ms", max: 2 }],
  },
  {
    ...COMMON,
    name: "saturated",
    label: "1,000 streams, 62.5 events/s wanted",
    // Model and load generator fill their own core with it: what a proxy's core has left then is the figure.
    traffic: {
      ...HUNDRED_STREAMS,
      streams: 1000,
      gapMs: 16,
      settleMs: 500,
      windowMs: 2_000,
    },
    rounds: 1,
    load: "excessive",
  },
  {
    ...COMMON,
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
    warmUp: WARM_UP_REQUESTS,
    rounds: 4,
    comparison: toNginx(5),
  },
  {
    ...COMMON,
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
  },
];

export const FULL_PLAN: Plan = {
  isQuick: false,
  scenarios: ROWS.map(createScenario),
  loadShareMin: 0.95,
  coldStarts: 3,
};

/** Where less than a twentieth is between two revisions, code happens to lie elsewhere in memory. */
const REVISION_BUDGET = 1.05;

/** One revision beside another. @param rounds Even. */
export function createRevisionPlan(rounds: number): Plan {
  const compared = ROWS.filter(({ name }) => ["streams", "requests"].includes(name));
  const comparison = { type: "side_by_side", with: BASE, budget: REVISION_BUDGET } as const;
  const scenarios = compared.map((row) => createScenario({ ...row, rounds, comparison }));
  return { isQuick: false, scenarios, loadShareMin: 0.95, coldStarts: 0 };
}

/** A thousand streams take longer to begin than all the others together. */
const SLOW: readonly string[] = ["many_streams", "saturated"];

export const QUICK_PLAN: Plan = {
  isQuick: true,
  scenarios: ROWS.filter(({ name }) => !SLOW.includes(name)).map((row) =>
    createScenario({ ...row, warmUp: undefined, rounds: 1, traffic: shorten(row.traffic) }),
  ),
  loadShareMin: 0.5,
  coldStarts: 1,
};

function shorten(traffic: Traffic): Traffic {
  return { ...traffic, settleMs: 200, windowMs: 1_000 };
}

function toNginx(budget: number | undefined): ComparisonPlan {
  return { type: "in_turns", with: NGINX, budget };
}
