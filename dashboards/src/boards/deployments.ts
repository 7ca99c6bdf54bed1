import { lines, risesTo, table, timeline } from "@slipstream/grafana-dashboard-builder/panel";
import type { BoardDefinition } from "@slipstream/grafana-dashboard-builder/board";
import { shareOf } from "@slipstream/grafana-dashboard-builder/promql";
import {
  INFLIGHT_ATTEMPTS,
  REQUESTS,
  RETRIES,
  RETRY_LOST,
  UPSTREAM_ATTEMPTS,
  UPSTREAM_RESENDS,
} from "@slipstream/telemetry/request-rows";
import {
  STREAM_CHUNKS,
  UPSTREAM_CONNECTION,
  UPSTREAM_FIRST_CONTENT,
  UPSTREAM_HEADERS,
} from "@slipstream/telemetry/stream-rows";
import { FAILED_RESULTS } from "../objectives.ts";
import { JOBS_OF_GATEWAYS, promql, TAGS, VARIABLES } from "../scope.ts";

const BY_DEPLOYMENT = { by: ["deployment"] } as const;
const FAILED_PART = promql.share(UPSTREAM_ATTEMPTS, { result: FAILED_RESULTS }, BY_DEPLOYMENT);

export const DEPLOYMENTS: BoardDefinition = {
  uid: "slipstream-deployments",
  title: "Slipstream / Deployments",
  description: "Which deployment is busy, slow or failing, and what do its failures cost?",
  tags: TAGS,
  variables: VARIABLES,
  exclude: JOBS_OF_GATEWAYS,
  rows: [
    {
      title: "Health",
      panels: [
        timeline({
          title: "State of deployments",
          description:
            "By the part of attempts that failed: green below 5 %, orange from there, red from half. Red for one: look at its server. Red for all of a provider: its key, its limits or its network.",
          unit: "ratio",
          steps: risesTo(0.05, 0.5),
          series: { "{{deployment}}": FAILED_PART },
        }),
        table({
          title: "By deployment",
          description:
            "All figures side by side. One that differs from others of its model is the one to look at.",
          unit: "count",
          headings: { deployment: "Deployment" },
          columns: {
            "In flight": { unit: "count", query: promql.sum(INFLIGHT_ATTEMPTS, BY_DEPLOYMENT) },
            Attempts: {
              unit: "events per second",
              query: promql.rate(UPSTREAM_ATTEMPTS, BY_DEPLOYMENT),
            },
            Failed: { unit: "ratio", query: FAILED_PART },
            "First content, p95": {
              unit: "seconds",
              query: promql.quantile(0.95, UPSTREAM_FIRST_CONTENT, BY_DEPLOYMENT),
            },
            "Connection, p95": {
              unit: "seconds",
              query: promql.quantile(0.95, UPSTREAM_CONNECTION, BY_DEPLOYMENT),
            },
            Chunks: {
              unit: "events per second",
              query: promql.rate(STREAM_CHUNKS, BY_DEPLOYMENT),
            },
          },
        }),
      ],
    },
    {
      title: "Load",
      panels: [
        lines({
          title: "In flight by deployment",
          description:
            "Attempts under way. One much higher than its neighbours at the same rate is slower than they are.",
          unit: "count",
          isStacked: true,
          series: { "{{deployment}}": promql.sum(INFLIGHT_ATTEMPTS, BY_DEPLOYMENT) },
        }),
        lines({
          title: "Attempts by deployment",
          description: "Where requests are sent. Compare with the weights in the configuration.",
          unit: "events per second",
          isStacked: true,
          series: { "{{deployment}}": promql.rate(UPSTREAM_ATTEMPTS, BY_DEPLOYMENT) },
        }),
      ],
    },
    {
      title: "Failures",
      panels: [
        lines({
          title: "Attempts by result",
          description:
            "answered is good, abandoned was let go by us or by the client; everything else is an error code of docs/errors.md.",
          unit: "events per second",
          isStacked: true,
          series: { "{{result}}": promql.rate(UPSTREAM_ATTEMPTS, { by: ["result"] }) },
        }),
        lines({
          title: "Failed part by deployment",
          description:
            "Attempts whose failure speaks against the deployment. A rejected request is the client's and does not count.",
          unit: "ratio",
          series: { "{{deployment}}": FAILED_PART },
        }),
        lines({
          title: "Retries by cause",
          description:
            "Attempts after the first, by the failure before them. A storm of them doubles the load on what is left: see the runbook of SlipstreamRetryStorm.",
          unit: "events per second",
          isStacked: true,
          width: 8,
          series: { "{{code}}": promql.rate(RETRIES, { by: ["code"] }) },
        }),
        lines({
          title: "Retries per request",
          description:
            "Above a fifth, most users feel it as a slow first token. Take the failing deployment out of its route.",
          unit: "ratio",
          width: 8,
          series: {
            "{{gen_ai_request_model}}": shareOf(
              promql.rate(RETRIES, { by: ["gen_ai_request_model"] }),
              promql.rate(REQUESTS, { by: ["gen_ai_request_model"] }),
            ),
          },
        }),
        lines({
          title: "Time lost before retries",
          description:
            "Seconds per second that users waited for attempts that failed. High with few retries: timeouts, so a shorter first-token deadline helps.",
          unit: "seconds",
          width: 8,
          series: {
            "{{gen_ai_request_model}}": promql.rate(RETRY_LOST, { by: ["gen_ai_request_model"] }),
          },
        }),
        lines({
          title: "Resends on a new connection by deployment",
          description:
            "Within an attempt: the server closed a kept connection in the moment in which it was used again. Often: it closes idle connections early and does not say when (keep-alive: timeout=).",
          unit: "events per second",
          series: { "{{deployment}}": promql.rate(UPSTREAM_RESENDS, BY_DEPLOYMENT) },
        }),
      ],
    },
    {
      title: "Speed",
      panels: [
        lines({
          title: "Connection p95 by deployment",
          description:
            "Waiting for a connection; nearly 0 where one was kept. Rising: the server closes connections early, or the network is losing packets.",
          unit: "seconds",
          width: 8,
          series: { "{{deployment}}": promql.quantile(0.95, UPSTREAM_CONNECTION, BY_DEPLOYMENT) },
        }),
        lines({
          title: "Head of the answer p95 by deployment",
          description: "From the start of an attempt to the status line.",
          unit: "seconds",
          width: 8,
          series: { "{{deployment}}": promql.quantile(0.95, UPSTREAM_HEADERS, BY_DEPLOYMENT) },
        }),
        lines({
          title: "First content p95 by deployment",
          description:
            "From the start of an attempt to its first content: queue and prompt of the inference server. The slow one of several equals is overloaded.",
          unit: "seconds",
          width: 8,
          series: {
            "{{deployment}}": promql.quantile(0.95, UPSTREAM_FIRST_CONTENT, BY_DEPLOYMENT),
          },
        }),
      ],
    },
  ],
};
