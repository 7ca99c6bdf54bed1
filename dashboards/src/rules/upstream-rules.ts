/** What goes wrong towards the inference servers and in the caches, before users feel it much. */
import { not } from "@slipstream/grafana-dashboard-builder/matchers";
import { ratio } from "@slipstream/grafana-dashboard-builder/promql";
import type { Promql } from "@slipstream/grafana-dashboard-builder/promql";
import type { RuleGroup } from "@slipstream/grafana-dashboard-builder/rules";
import { NONE } from "@slipstream/telemetry/labels";
import { REQUESTS, RETRIES, UPSTREAM_ATTEMPTS } from "@slipstream/telemetry/request-rows";
import { CACHE_REQUESTS } from "@slipstream/telemetry/telemetry-rows";
import { ANSWERED_RESULTS, FAILED_RESULTS, STALE_RESULT } from "../objectives.ts";
import { rulesOver } from "./burn-rate.ts";

const BY_DEPLOYMENT = { by: ["gen_ai_request_model", "deployment"] } as const;
/** Others cannot be retried; a flood of them must not hide that those that can are. */
const OF_MODELS = { where: { gen_ai_request_model: not(NONE) } } as const;
const LOOK_UPS = { where: { result: not(STALE_RESULT) }, by: ["cache"] } as const;

const fiveMinutes = rulesOver("5m");
const halfHour = rulesOver("30m");
const day = rulesOver("1d");

function toHitRate(promql: Promql): string {
  return promql.share(CACHE_REQUESTS, { result: ANSWERED_RESULTS }, LOOK_UPS);
}

export const UPSTREAM_RULES: readonly RuleGroup[] = [
  {
    name: "slipstream-upstreams",
    rules: [
      {
        alert: "SlipstreamDeploymentFailing",
        expression: `${fiveMinutes.share(UPSTREAM_ATTEMPTS, { result: FAILED_RESULTS }, BY_DEPLOYMENT)} > 0.5 and ${fiveMinutes.increase(UPSTREAM_ATTEMPTS, BY_DEPLOYMENT)} > 10`,
        holdsFor: "5m",
        severity: "page",
        summary: "{{ $labels.deployment }} fails for {{ $labels.gen_ai_request_model }}",
        description:
          "More than half of the attempts with this deployment fail. Where the route has another, requests are slower; where it has none, they fail.",
      },
      {
        alert: "SlipstreamRetryStorm",
        expression: `${ratio(fiveMinutes.rate(RETRIES), fiveMinutes.rate(REQUESTS, OF_MODELS))} > 0.2 and ${fiveMinutes.increase(REQUESTS, OF_MODELS)} > 50`,
        holdsFor: "10m",
        severity: "page",
        summary: "{{ $labels.job }} retries one request in five or more",
        description:
          "Retries load the deployments that are left, and users wait for attempts that fail.",
      },
    ],
  },
  {
    name: "slipstream-caches",
    rules: [
      {
        alert: "SlipstreamCacheHitsDrop",
        expression: `${toHitRate(halfHour)} < 0.5 * (${toHitRate(day)}) and ${halfHour.increase(CACHE_REQUESTS, LOOK_UPS)} > 500`,
        holdsFor: "15m",
        severity: "ticket",
        summary: "The cache {{ $labels.cache }} hits half as often as it did",
        description:
          "Its store answers what the cache used to, so every request waits longer and the store has more to do.",
      },
    ],
  },
];
