import { matching, not } from "@slipstream/grafana-dashboard-builder/matchers";
import { ALERTS, UP } from "@slipstream/grafana-dashboard-builder/metric-row";
import {
  fallsTo,
  lines,
  quantiles,
  risesTo,
  stat,
  table,
} from "@slipstream/grafana-dashboard-builder/panel";
import type { BoardDefinition } from "@slipstream/grafana-dashboard-builder/board";
import { orZero, ratio } from "@slipstream/grafana-dashboard-builder/promql";
import type { Promql } from "@slipstream/grafana-dashboard-builder/promql";
import {
  ERRORS,
  INFLIGHT_REQUESTS,
  REQUESTS,
  REQUEST_DURATION,
  STREAMS,
} from "@slipstream/telemetry/request-rows";
import { CHUNK_GAP, OVERHEAD, TIME_TO_FIRST_TOKEN } from "@slipstream/telemetry/stream-rows";
import { COST, OUTPUT_TOKENS } from "@slipstream/telemetry/usage-rows";
import {
  AVAILABILITY_OBJECTIVE,
  FAILED_OUTCOMES,
  FIRST_TOKEN_OBJECTIVE,
  GAP_OBJECTIVE,
  OUR_BLAMES,
} from "../objectives.ts";
import {
  allModels,
  everywhere,
  IN_RANGE,
  inRange,
  JOBS_OF_GATEWAYS,
  promql,
  TAGS,
  VARIABLES,
} from "../scope.ts";

const BY_CODE = { by: ["code"] } as const;

export const OVERVIEW: BoardDefinition = {
  uid: "slipstream-overview",
  title: "Slipstream / Overview",
  description: "Are users served well, and if not, where to look next?",
  tags: TAGS,
  variables: VARIABLES,
  exclude: JOBS_OF_GATEWAYS,
  rows: [
    {
      title: "Now",
      panels: [
        stat({
          title: "Requests",
          description:
            "Requests that ended, per second. A fall to 0 in a busy hour means that clients cannot reach the gateway.",
          unit: "requests per second",
          query: promql.rate(REQUESTS),
        }),
        stat({
          title: "In flight",
          leadsTo: "slipstream-deployments",
          description:
            "Requests that have started and not ended. Growing while requests per second do not: answers get slower, see Streaming.",
          unit: "count",
          query: promql.sum(INFLIGHT_REQUESTS),
        }),
        stat({
          title: "Failed, all models",
          leadsTo: "slipstream-deployments",
          description:
            "Part of the requests that failed, of those that were not the client's mistake. Look at the errors by code below; those of an upstream lead to Deployments.",
          unit: "ratio",
          steps: risesTo(0.005, 0.05),
          query: toFailedPart(allModels),
        }),
        stat({
          title: "First token, p95",
          leadsTo: "slipstream-streaming",
          description:
            "One request in twenty waits longer for its first content. Streaming tells whether the wait is the upstream's or ours.",
          unit: "seconds",
          steps: risesTo(1, FIRST_TOKEN_OBJECTIVE.boundSeconds),
          query: promql.quantile(0.95, TIME_TO_FIRST_TOKEN),
        }),
        stat({
          title: "Processes up",
          leadsTo: "slipstream-runtime",
          description:
            "Gateway processes that answer their scrape. One that is missing has crashed, hangs, or cannot be reached by Prometheus.",
          unit: "count",
          query: promql.sum(UP),
        }),
        stat({
          title: "Alerts firing",
          description: "Each has a page that says what to do, linked from the alert.",
          unit: "count",
          steps: risesTo(1, 3),
          exclude: {
            "target-job": "some alerts stand for all jobs and carry none",
            "target-instance": "most alerts stand for many instances and carry none",
          },
          query: orZero(
            everywhere.sum(ALERTS, {
              where: { alertname: matching("Slipstream.+"), alertstate: "firing" },
            }),
          ),
        }),
      ],
    },
    {
      title: "Promises, over the time range shown",
      panels: [
        stat({
          title: "First token in time",
          leadsTo: "slipstream-streaming",
          description: `Streams whose first token came within ${FIRST_TOKEN_OBJECTIVE.boundSeconds} s, of all that were not rejected; a stream without one counts as late. Below ${toPercent(FIRST_TOKEN_OBJECTIVE.part)} the promise is broken: see Streaming, by model.`,
          unit: "ratio",
          width: 8,
          steps: fallsTo(FIRST_TOKEN_OBJECTIVE.part, FIRST_TOKEN_OBJECTIVE.part - 0.05),
          ...IN_RANGE,
          query: `clamp_max(${ratio(
            inRange.atMost(FIRST_TOKEN_OBJECTIVE.boundSeconds, TIME_TO_FIRST_TOKEN),
            inRange.rate(STREAMS, { where: { outcome: not("rejected") } }),
          )}, 1)`,
        }),
        stat({
          title: "Gaps in time",
          leadsTo: "slipstream-streaming",
          description: `Gaps between chunks of at most ${GAP_OBJECTIVE.boundSeconds} s. Below ${toPercent(GAP_OBJECTIVE.part)} text stutters: look for the deployment under Streaming.`,
          unit: "ratio",
          width: 8,
          steps: fallsTo(GAP_OBJECTIVE.part, GAP_OBJECTIVE.part - 0.02),
          ...IN_RANGE,
          query: inRange.sloAttainment(GAP_OBJECTIVE.boundSeconds, CHUNK_GAP),
        }),
        stat({
          title: "Availability, all models",
          description: `Requests without an error of the gateway or an upstream, of those that were not the client's mistake. Below ${toPercent(AVAILABILITY_OBJECTIVE.part)} the promise is broken: see the errors by code.`,
          unit: "ratio",
          width: 8,
          steps: fallsTo(AVAILABILITY_OBJECTIVE.part, AVAILABILITY_OBJECTIVE.part - 0.01),
          ...IN_RANGE,
          query: `1 - ${toFailedPart(allModels.over("$__range"))}`,
        }),
      ],
    },
    {
      title: "Traffic and errors",
      panels: [
        lines({
          title: "Requests by outcome",
          leadsTo: "slipstream-streaming",
          description:
            "How requests ended. Anything but complete and client_abort deserves a look; docs/metrics.md says what each means.",
          unit: "requests per second",
          isStacked: true,
          series: { "{{outcome}}": promql.rate(REQUESTS, { by: ["outcome"] }) },
        }),
        lines({
          title: "Requests by endpoint",
          description:
            "Which parts of the API are used. A rise of unknown is a client with a wrong base URL, or a scanner.",
          unit: "requests per second",
          isStacked: true,
          series: { "{{endpoint}}": promql.rate(REQUESTS, { by: ["endpoint"] }) },
        }),
        lines({
          title: "Errors by blame, all models",
          leadsTo: "slipstream-deployments",
          description:
            "Who has to act: client errors are for its owner, upstream errors lead to Deployments, gateway errors are for us.",
          unit: "events per second",
          series: { "{{blame}}": promql.rate(ERRORS, { by: ["blame"] }) },
        }),
        lines({
          title: "Errors by code, all models",
          description:
            "What clients were told, by the codes that there were in the time range shown. docs/errors.md says for each code what to do.",
          unit: "events per second",
          exclude: { "target-rate-interval": "codes that did not happen would be lines at 0" },
          series: {
            "{{code}}": `${promql.rate(ERRORS, BY_CODE)} and ${inRange.increase(ERRORS, BY_CODE)} > 0`,
          },
        }),
      ],
    },
    {
      title: "Latency",
      panels: [
        quantiles({
          title: "Time to first token",
          leadsTo: "slipstream-streaming",
          description:
            "From the start of a request to its first content. A point is one request and leads to its trace.",
          unit: "seconds",
          width: 8,
          hasExemplars: true,
          of: TIME_TO_FIRST_TOKEN,
          promql,
        }),
        quantiles({
          title: "Duration of requests",
          leadsTo: "slipstream-streaming",
          description:
            "To the end of the answer, so long answers are slow ones. Compare with gaps before blaming anybody.",
          unit: "seconds",
          width: 8,
          hasExemplars: true,
          of: REQUEST_DURATION,
          promql,
        }),
        quantiles({
          title: "Added by the gateway",
          leadsTo: "slipstream-runtime",
          description:
            "Time per request spent in the gateway itself. Above a few milliseconds: look at the event loop under Runtime.",
          unit: "seconds",
          width: 8,
          of: OVERHEAD,
          promql,
        }),
      ],
    },
    {
      title: "Models",
      panels: [
        table({
          title: "By model",
          leadsTo: "slipstream-deployments",
          description:
            "Where the trouble is. Choose the model at the top and follow it to the other boards. Failed counts what upstreams did; errors of the gateway itself are under Errors by blame.",
          unit: "count",
          headings: { gen_ai_request_model: "Model" },
          columns: {
            Requests: {
              unit: "requests per second",
              query: byModel((by) => promql.rate(REQUESTS, by)),
            },
            Failed: {
              unit: "ratio",
              query: byModel((by) => promql.share(REQUESTS, { outcome: FAILED_OUTCOMES }, by)),
            },
            "First token, p95": {
              unit: "seconds",
              query: byModel((by) => promql.quantile(0.95, TIME_TO_FIRST_TOKEN, by)),
            },
            "Gap, p95": {
              unit: "seconds",
              query: byModel((by) => promql.quantile(0.95, CHUNK_GAP, by)),
            },
            "Output tokens": {
              unit: "tokens per second",
              query: byModel((by) => promql.rate(OUTPUT_TOKENS, by)),
            },
            Cost: {
              unit: "dollars per hour",
              query: `${byModel((by) => promql.rate(COST, by))} * 3600`,
            },
          },
        }),
      ],
    },
  ],
};

/** Of the requests that were not the client's own mistake, by the errors that clients were told of. */
function toFailedPart(scope: Promql): string {
  const mistaken = orZero(scope.rate(ERRORS, { where: { blame: "client" } }));
  return ratio(
    orZero(scope.rate(ERRORS, { where: { blame: OUR_BLAMES } })),
    `${scope.rate(REQUESTS)} - (${mistaken})`,
  );
}

function byModel(
  query: (selection: { readonly by: readonly ["gen_ai_request_model"] }) => string,
): string {
  return query({ by: ["gen_ai_request_model"] });
}

function toPercent(part: number): string {
  return `${Number((part * 100).toPrecision(6))} %`;
}
