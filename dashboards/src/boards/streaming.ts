import { not } from "@slipstream/grafana-dashboard-builder/matchers";
import { heatmap, lines, quantiles } from "@slipstream/grafana-dashboard-builder/panel";
import type { BoardDefinition } from "@slipstream/grafana-dashboard-builder/board";
import { ratio } from "@slipstream/grafana-dashboard-builder/promql";
import { STREAMS } from "@slipstream/telemetry/request-rows";
import {
  CHUNK_DELAY,
  CHUNK_GAP,
  CLIENT_BLOCKED,
  LONGEST_GAP,
  OVERHEAD,
  STREAM_CHUNKS,
  STREAM_STALLS,
  TIME_PER_TOKEN,
  TIME_TO_FIRST_TOKEN,
  UPSTREAM_FIRST_CONTENT,
  UPSTREAM_HEADERS,
} from "@slipstream/telemetry/stream-rows";
import { JOBS_OF_GATEWAYS, promql, TAGS, VARIABLES } from "../scope.ts";

export const STREAMING: BoardDefinition = {
  uid: "slipstream-streaming",
  title: "Slipstream / Streaming",
  description: "How fast do answers begin, how evenly do they flow, and how do they end?",
  tags: TAGS,
  variables: VARIABLES,
  exclude: JOBS_OF_GATEWAYS,
  rows: [
    {
      title: "First token",
      panels: [
        quantiles({
          title: "First token, as clients see it",
          description:
            "From the start of a request to its first content, with retries and our own work. Slow here and fast at the upstream: retries (Deployments) or ourselves (Runtime).",
          unit: "seconds",
          width: 8,
          hasExemplars: true,
          of: TIME_TO_FIRST_TOKEN,
          promql,
        }),
        quantiles({
          title: "First content, as the upstream gives it",
          description:
            "From the start of an attempt to its first content. Slow here: the model is queueing or reads long prompts.",
          unit: "seconds",
          width: 8,
          of: UPSTREAM_FIRST_CONTENT,
          promql,
        }),
        quantiles({
          title: "Head of the upstream's answer",
          description:
            "From the start of an attempt to the status line. Servers that answer only when the prompt is read are slow here; for others this is the network.",
          unit: "seconds",
          width: 8,
          of: UPSTREAM_HEADERS,
          promql,
        }),
        heatmap({
          title: "Where first tokens lie",
          description:
            "Two bands are two kinds of requests, such as cached and uncached prompts; a quantile between them describes neither.",
          unit: "seconds",
          hasExemplars: true,
          of: TIME_TO_FIRST_TOKEN,
          promql,
        }),
        lines({
          title: "First token p95 by model",
          description:
            "Which model is slow to begin. One alone: its deployments. All of them: the gateway or the network.",
          unit: "seconds",
          hasExemplars: true,
          series: {
            "{{gen_ai_request_model}}": promql.quantile(0.95, TIME_TO_FIRST_TOKEN, {
              by: ["gen_ai_request_model"],
            }),
          },
        }),
      ],
    },
    {
      title: "Flow",
      panels: [
        quantiles({
          title: "Gap between chunks",
          description:
            "Silence between neighbouring chunks, counted while streams run. p99 above p50 by far: batches or swapping on the inference server.",
          unit: "seconds",
          of: CHUNK_GAP,
          promql,
        }),
        heatmap({
          title: "Where gaps lie",
          description: "A second band far above the first is what readers see as stutter.",
          unit: "seconds",
          of: CHUNK_GAP,
          promql,
        }),
        quantiles({
          title: "Time per output token",
          description:
            "Of complete streams, without the wait for the first token. Unlike gaps it does not depend on how many tokens a chunk holds.",
          unit: "seconds",
          width: 8,
          of: TIME_PER_TOKEN,
          promql,
        }),
        quantiles({
          title: "Longest gap of a stream",
          description:
            "Each stream once, with its worst moment: what a user remembers. A high p50 here with low gaps means that nearly every stream stops once.",
          unit: "seconds",
          width: 8,
          of: LONGEST_GAP,
          promql,
        }),
        lines({
          title: "Stalls by deployment",
          description:
            "Gaps of a second or more. One deployment alone: take it out of its route and look at its server.",
          unit: "events per second",
          width: 8,
          series: { "{{deployment}}": promql.rate(STREAM_STALLS, { by: ["deployment"] }) },
        }),
      ],
    },
    {
      title: "Ends",
      panels: [
        lines({
          title: "Streams by outcome",
          description: "How streams ended. docs/metrics.md says what each outcome means.",
          unit: "requests per second",
          isStacked: true,
          series: { "{{outcome}}": promql.rate(STREAMS, { by: ["outcome"] }) },
        }),
        lines({
          title: "Streams without a first token",
          description:
            "Part of the streams that ended without content. Only a lasting rise means something: long streams are counted when they begin on one side and when they end on the other.",
          unit: "ratio",
          series: {
            "without content": `clamp_min(1 - ${ratio(
              promql.observations(TIME_TO_FIRST_TOKEN),
              promql.rate(STREAMS, { where: { outcome: not("rejected") } }),
            )}, 0)`,
          },
        }),
        lines({
          title: "Upstreams held back by slow clients",
          description:
            "Seconds per second for which clients did not read. Above the number of open streams over ten, clients or the network to them are too slow.",
          unit: "seconds",
          series: {
            "{{gen_ai_request_model}}": promql.rate(CLIENT_BLOCKED, {
              by: ["gen_ai_request_model"],
            }),
          },
        }),
        lines({
          title: "Chunks by model",
          description:
            "Events with content, added when their stream has ended. The work that the gateway does follows this number.",
          unit: "events per second",
          series: {
            "{{gen_ai_request_model}}": promql.rate(STREAM_CHUNKS, {
              by: ["gen_ai_request_model"],
            }),
          },
        }),
      ],
    },
    {
      title: "Added by the gateway",
      panels: [
        quantiles({
          title: "Per request, before the upstream",
          description:
            "Reading the request, its key and its route. Slow: the store of keys, or the event loop (Runtime).",
          unit: "seconds",
          width: 8,
          of: OVERHEAD,
          selection: { where: { phase: "before_upstream" } },
          promql,
        }),
        quantiles({
          title: "Per request, after the upstream",
          description:
            "From the upstream's first event to having it handed on. Slow: the event loop (Runtime).",
          unit: "seconds",
          width: 8,
          of: OVERHEAD,
          selection: { where: { phase: "after_upstream" } },
          promql,
        }),
        quantiles({
          title: "Per chunk",
          description:
            "From reading bytes to having handed them on, for every read. Above a millisecond at p50 the process has too much to do: start another.",
          unit: "seconds",
          width: 8,
          of: CHUNK_DELAY,
          promql,
        }),
      ],
    },
  ],
};
