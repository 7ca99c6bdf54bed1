import { bars, lines, risesTo, stat } from "@slipstream/grafana-dashboard-builder/panel";
import type { BoardDefinition } from "@slipstream/grafana-dashboard-builder/board";
import { orZero, ratio } from "@slipstream/grafana-dashboard-builder/promql";
import { STREAM_CHUNKS } from "@slipstream/telemetry/stream-rows";
import {
  COST,
  INPUT_TOKENS,
  OUTPUT_TOKENS,
  REASONING_OUTPUT_TOKENS,
  SETTLED_TOKENS,
  USAGE_RECORDS,
  USAGE_WAITING,
  WASTED_TOKENS,
} from "@slipstream/telemetry/usage-rows";
import { IN_RANGE, inRange, JOBS_OF_GATEWAYS, promql, TAGS, VARIABLES } from "../scope.ts";

const BY_MODEL = { by: ["gen_ai_request_model"] } as const;
/** Cached input is part of the input and reasoning part of the output: adding them would count twice. */
const WHOLE_KINDS = ["input", "output"] as const;

export const USAGE: BoardDefinition = {
  uid: "slipstream-usage",
  title: "Slipstream / Usage & cost",
  description:
    "What is used and what does it cost, by model? Who used it is in the usage records: a label for each tenant would never stop growing.",
  tags: TAGS,
  variables: VARIABLES,
  exclude: JOBS_OF_GATEWAYS,
  from: "now-24h",
  refresh: "1m",
  rows: [
    {
      title: "In the time range shown",
      panels: [
        stat({
          title: "Cost",
          description:
            "Price of the settled tokens, for models that have one in the configuration; the others count as nothing here.",
          unit: "dollars",
          width: 6,
          ...IN_RANGE,
          query: inRange.increase(COST),
        }),
        stat({
          title: "Tokens settled",
          description: "Input and output that requests under a valid key have to answer for.",
          unit: "tokens",
          width: 6,
          ...IN_RANGE,
          query: inRange.increase(SETTLED_TOKENS, { where: { kind: WHOLE_KINDS } }),
        }),
        stat({
          title: "Estimated part",
          description:
            "Part of the settled tokens that nobody reported and we estimated. Above a few percent: a provider that does not report usage; for vLLM set streamUsage: continuous.",
          unit: "ratio",
          width: 6,
          steps: risesTo(0.02, 0.1),
          ...IN_RANGE,
          query: inRange.share(
            SETTLED_TOKENS,
            { source: "estimated" },
            { where: { kind: WHOLE_KINDS } },
          ),
        }),
        stat({
          title: "Wasted part of the output",
          description:
            "Output of answers whose client did not stay for the end, as part of all settled output. High: users give up (look at first tokens), or clients time out too early.",
          unit: "ratio",
          width: 6,
          steps: risesTo(0.05, 0.2),
          ...IN_RANGE,
          query: ratio(
            orZero(inRange.increase(WASTED_TOKENS)),
            inRange.increase(SETTLED_TOKENS, { where: { kind: "output" } }),
          ),
        }),
        bars({
          title: "Cost by model",
          description: "Where the money goes.",
          unit: "dollars",
          width: 12,
          ...IN_RANGE,
          series: { "{{gen_ai_request_model}}": inRange.increase(COST, BY_MODEL) },
        }),
        bars({
          title: "Tokens by model",
          description: "Settled input and output. Dear and little used: look for a smaller model.",
          unit: "tokens",
          width: 12,
          ...IN_RANGE,
          series: {
            "{{gen_ai_request_model}}": inRange.increase(SETTLED_TOKENS, {
              where: { kind: WHOLE_KINDS },
              ...BY_MODEL,
            }),
          },
        }),
      ],
    },
    {
      title: "Tokens",
      panels: [
        lines({
          title: "Settled tokens by kind",
          description:
            "cached_input is part of input and reasoning part of output. Input that grows faster than requests: conversations that never end.",
          unit: "tokens per second",
          series: { "{{kind}}": promql.rate(SETTLED_TOKENS, { by: ["kind"] }) },
        }),
        lines({
          title: "Output tokens by model",
          description: "As reported by providers.",
          unit: "tokens per second",
          isStacked: true,
          series: { "{{gen_ai_request_model}}": promql.rate(OUTPUT_TOKENS, BY_MODEL) },
        }),
        lines({
          title: "Settled against reported",
          description:
            "Settled is above reported where we had to estimate, and below where requests had no valid key. A growing distance needs an explanation before the next bill.",
          unit: "tokens per second",
          series: {
            "input, settled": promql.rate(SETTLED_TOKENS, { where: { kind: "input" } }),
            "input, reported": promql.rate(INPUT_TOKENS),
            "output, settled": promql.rate(SETTLED_TOKENS, { where: { kind: "output" } }),
            "output, reported": promql.rate(OUTPUT_TOKENS),
          },
        }),
        lines({
          title: "Relayed chunks against output tokens",
          description:
            "Output tokens per relayed chunk, by model. Near 1 for most servers, more where some answers are whole, which have tokens and no chunks; a step means that a server began to put more into one chunk, or to report wrongly.",
          unit: "count",
          series: {
            "{{gen_ai_request_model}}": ratio(
              promql.rate(OUTPUT_TOKENS, BY_MODEL),
              promql.rate(STREAM_CHUNKS, BY_MODEL),
            ),
          },
        }),
        lines({
          title: "Reasoning part of the output",
          description: "Tokens that users pay for and mostly do not read.",
          unit: "ratio",
          series: {
            "{{gen_ai_request_model}}": ratio(
              promql.rate(REASONING_OUTPUT_TOKENS, BY_MODEL),
              promql.rate(OUTPUT_TOKENS, BY_MODEL),
            ),
          },
        }),
        lines({
          title: "Wasted output by model",
          description: "Output of answers whose client did not stay for the end.",
          unit: "tokens per second",
          series: { "{{gen_ai_request_model}}": promql.rate(WASTED_TOKENS, BY_MODEL) },
        }),
      ],
    },
    {
      title: "Money and records",
      panels: [
        lines({
          title: "Cost by model, over time",
          description:
            "A step without a step in requests: a price, a model or a prompt has changed.",
          unit: "dollars per hour",
          width: 8,
          isStacked: true,
          series: { "{{gen_ai_request_model}}": `${promql.rate(COST, BY_MODEL)} * 3600` },
        }),
        lines({
          title: "Usage records by source",
          description:
            "One for each request for inference under a valid key. none: a request that failed before there was anything to count.",
          unit: "events per second",
          width: 8,
          isStacked: true,
          series: { "{{source}}": promql.rate(USAGE_RECORDS, { by: ["source"] }) },
        }),
        lines({
          title: "Usage records waiting for the store",
          description:
            "Rising without an end: the store is down or too slow, and records are lost when the queue is full. See the runbook of SlipstreamUsageRecordsWaiting.",
          unit: "count",
          width: 8,
          series: { "{{instance}}": promql.sum(USAGE_WAITING, { by: ["instance"] }) },
        }),
      ],
    },
  ],
};
