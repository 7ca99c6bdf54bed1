import { not } from "@slipstream/grafana-dashboard-builder/matchers";
import { bars, lines, stat } from "@slipstream/grafana-dashboard-builder/panel";
import type { BoardDefinition } from "@slipstream/grafana-dashboard-builder/board";
import { ratio } from "@slipstream/grafana-dashboard-builder/promql";
import { CACHE_EVICTIONS, CACHE_REQUESTS } from "@slipstream/telemetry/telemetry-rows";
import { CACHE_READ_INPUT_TOKENS, INPUT_TOKENS } from "@slipstream/telemetry/usage-rows";
import { ANSWERED_RESULTS, STALE_RESULT } from "../objectives.ts";
import { IN_RANGE, inRange, JOBS_OF_GATEWAYS, promql, TAGS, VARIABLES } from "../scope.ts";

const LOOK_UPS = not(STALE_RESULT);

export const CACHES: BoardDefinition = {
  uid: "slipstream-caches",
  title: "Slipstream / Caches",
  description: "How much work do caches save, ours and those of the providers?",
  tags: TAGS,
  variables: VARIABLES,
  exclude: JOBS_OF_GATEWAYS,
  rows: [
    {
      title: "Caches of the gateway",
      panels: [
        lines({
          title: "Hit rate by cache",
          description:
            "Part of the look-ups that were answered without the store, also with the knowledge that there is nothing. A fall: the cache is too small (evictions), entries expire too soon, or somebody tries keys.",
          unit: "ratio",
          series: {
            "{{cache}}": promql.share(
              CACHE_REQUESTS,
              { result: ANSWERED_RESULTS },
              { where: { result: LOOK_UPS }, by: ["cache"] },
            ),
          },
        }),
        lines({
          title: "Look-ups by result",
          description:
            "miss goes to the store, coalesced waits for a look-up that is under way. Many negative ones for keys: a client with a wrong key, or a search for one.",
          unit: "events per second",
          isStacked: true,
          series: {
            "{{cache}} {{result}}": promql.rate(CACHE_REQUESTS, {
              where: { result: LOOK_UPS },
              by: ["cache", "result"],
            }),
          },
        }),
        lines({
          title: "Evictions by cache",
          width: 8,
          description:
            "Entries given up because the cache was full. More than a few while the hit rate falls: make it larger (docs/config.md).",
          unit: "events per second",
          series: { "{{cache}}": promql.rate(CACHE_EVICTIONS, { by: ["cache"] }) },
        }),
        lines({
          title: "Look-ups that reach the store",
          width: 8,
          description:
            "What the store of keys has to answer. A peak after a restart is normal; a lasting one is load that a larger cache would take.",
          unit: "events per second",
          series: {
            "{{cache}}": promql.rate(CACHE_REQUESTS, { where: { result: "miss" }, by: ["cache"] }),
          },
        }),
        lines({
          title: "Stale answers",
          width: 8,
          description:
            "Look-ups for which the store could not answer, so that what was known before had to do. Anything but 0: look at the store; keys that were revoked since may still work.",
          unit: "events per second",
          series: {
            "{{cache}}": promql.rate(CACHE_REQUESTS, {
              where: { result: STALE_RESULT },
              by: ["cache"],
            }),
          },
        }),
      ],
    },
    {
      title: "Prompt caches of providers",
      panels: [
        stat({
          title: "Input tokens from prompt caches",
          height: 8,
          description:
            "Part of the input tokens that providers took from their own cache, in the time range shown. They cost less and make first tokens faster.",
          unit: "ratio",
          width: 8,
          ...IN_RANGE,
          query: ratio(inRange.increase(CACHE_READ_INPUT_TOKENS), inRange.increase(INPUT_TOKENS)),
        }),
        stat({
          title: "Tokens saved",
          height: 8,
          description:
            "Input tokens that providers did not have to read again, in the time range shown.",
          unit: "tokens",
          width: 8,
          ...IN_RANGE,
          query: inRange.increase(CACHE_READ_INPUT_TOKENS),
        }),
        bars({
          title: "Tokens saved by model",
          description:
            "Which models profit. One that does not, with long system prompts: routes that spread a conversation over deployments lose its cache.",
          unit: "tokens",
          ...IN_RANGE,
          series: {
            "{{gen_ai_request_model}}": inRange.increase(CACHE_READ_INPUT_TOKENS, {
              by: ["gen_ai_request_model"],
            }),
          },
        }),
        lines({
          title: "Prompt cache ratio by model",
          description:
            "Cached part of the input tokens. A sudden fall: prompts that begin with something new each time, such as a date, or another spread over deployments.",
          unit: "ratio",
          series: {
            "{{gen_ai_request_model}}": ratio(
              promql.rate(CACHE_READ_INPUT_TOKENS, { by: ["gen_ai_request_model"] }),
              promql.rate(INPUT_TOKENS, { by: ["gen_ai_request_model"] }),
            ),
          },
        }),
        lines({
          title: "Prompt cache ratio by provider",
          description:
            "The same by provider. One without a line does not report cached tokens, which is not the same as having none.",
          unit: "ratio",
          series: {
            "{{gen_ai_provider_name}}": ratio(
              promql.rate(CACHE_READ_INPUT_TOKENS, { by: ["gen_ai_provider_name"] }),
              promql.rate(INPUT_TOKENS, { by: ["gen_ai_provider_name"] }),
            ),
          },
        }),
      ],
    },
  ],
};
