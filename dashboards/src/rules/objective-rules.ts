/** What is promised to users, watched by how fast its error budget burns. */
import { not } from "@slipstream/grafana-dashboard-builder/matchers";
import type { Promql } from "@slipstream/grafana-dashboard-builder/promql";
import { shareOf } from "@slipstream/grafana-dashboard-builder/promql";
import type { RuleGroup } from "@slipstream/grafana-dashboard-builder/rules";
import { ERRORS, REQUESTS, STREAMS } from "@slipstream/telemetry/request-rows";
import { CHUNK_GAP, TIME_TO_FIRST_TOKEN } from "@slipstream/telemetry/stream-rows";
import {
  AVAILABILITY_OBJECTIVE,
  FIRST_TOKEN_OBJECTIVE,
  GAP_OBJECTIVE,
  OUR_BLAMES,
} from "../objectives.ts";
import type { Objective } from "../objectives.ts";
import { BURN_PAIRS, burnGroup, LOOSE_BURN_PAIRS } from "./burn-rate.ts";
import type { Indicator } from "./burn-rate.ts";

const BY_MODEL = { by: ["gen_ai_request_model"] } as const;
const NOT_REJECTED = { where: { outcome: not("rejected") }, ...BY_MODEL } as const;

/**
 * Late first tokens, of all streams that ended and were not rejected: one that never had a first token is
 * late. A stream counts on one side when its first token comes and on the other when it ends, so the
 * ratio is off by what is under way, and may come out below 0.
 */
const FIRST_TOKEN_SLOW: Indicator = {
  name: "first_token_slow",
  labels: ["gen_ai_request_model"],
  budget: toBudget(FIRST_TOKEN_OBJECTIVE),
  pairs: LOOSE_BURN_PAIRS,
  bad: (promql) => {
    const { boundSeconds } = FIRST_TOKEN_OBJECTIVE;
    const inTime = promql.atMost(boundSeconds, TIME_TO_FIRST_TOKEN, BY_MODEL);
    return `clamp_min(1 - ${shareOf(inTime, promql.rate(STREAMS, NOT_REJECTED))}, 0)`;
  },
  traffic: (promql) => promql.increase(STREAMS, NOT_REJECTED),
  trafficMin: 20,
};

const GAP_SLOW: Indicator = {
  name: "gap_slow",
  labels: ["gen_ai_request_model"],
  budget: toBudget(GAP_OBJECTIVE),
  pairs: BURN_PAIRS,
  bad: (promql) => `1 - ${promql.sloAttainment(GAP_OBJECTIVE.boundSeconds, CHUNK_GAP, BY_MODEL)}`,
  traffic: (promql) => promql.increase(STREAMS, NOT_REJECTED),
  trafficMin: 20,
};

const REQUESTS_FAILED: Indicator = {
  name: "requests_failed",
  labels: [],
  budget: toBudget(AVAILABILITY_OBJECTIVE),
  pairs: BURN_PAIRS,
  bad: (promql) =>
    shareOf(promql.rate(ERRORS, { where: { blame: OUR_BLAMES } }), toValidRequests(promql, "rate")),
  traffic: (promql) => `(${toValidRequests(promql, "increase")})`,
  trafficMin: 100,
};

/**
 * Without the client's own mistakes: a flood of wrong keys must not hide that the rest fails, nor make one
 * failure of the rest look like many.
 */
function toValidRequests(promql: Promql, reading: "rate" | "increase"): string {
  const all = promql[reading](REQUESTS);
  const mistaken = promql[reading](ERRORS, { where: { blame: "client" } });
  return `${all} - (${mistaken} or 0 * ${all})`;
}

export const OBJECTIVE_RULES: readonly RuleGroup[] = [
  burnGroup(FIRST_TOKEN_SLOW, {
    alert: "SlipstreamFirstTokenSlow",
    summary: "First tokens of {{ $labels.gen_ai_request_model }} come too late",
    description: `Too many streams wait longer than ${FIRST_TOKEN_OBJECTIVE.boundSeconds} s for their first token, or never get one: users look at an empty answer.`,
  }),
  burnGroup(GAP_SLOW, {
    alert: "SlipstreamGapsSlow",
    summary: "Answers of {{ $labels.gen_ai_request_model }} stutter",
    description: `Too many gaps between chunks are longer than ${GAP_OBJECTIVE.boundSeconds} s: users see text that stops and goes.`,
  }),
  burnGroup(REQUESTS_FAILED, {
    alert: "SlipstreamRequestsFail",
    summary: "Too many requests to {{ $labels.job }} fail",
    description:
      "Requests fail with errors of the gateway or of an upstream, which clients can do nothing about.",
  }),
];

function toBudget({ part }: Objective): number {
  return Number((1 - part).toPrecision(6));
}
