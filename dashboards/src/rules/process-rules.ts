/** What goes wrong inside the gateway, and where its telemetry or its accounts have holes. */
import { not } from "@slipstream/grafana-dashboard-builder/matchers";
import { UP } from "@slipstream/grafana-dashboard-builder/metric-row";
import { ratio } from "@slipstream/grafana-dashboard-builder/promql";
import type { RuleGroup } from "@slipstream/grafana-dashboard-builder/rules";
import { BUILD_INFO, EVENT_LOOP_DELAY, REQUESTS_SHED } from "@slipstream/telemetry/process-rows";
import { STORE_FAILING } from "@slipstream/telemetry/store-rows";
import { SERIES, SERIES_MAX, TELEMETRY_LOSSES } from "@slipstream/telemetry/telemetry-rows";
import { USAGE_WAITING } from "@slipstream/telemetry/usage-rows";
import { rulesOver } from "./burn-rate.ts";

const BY_INSTANCE = { by: ["instance"] } as const;
const LOST_RECORD = "usage_record";

const fiveMinutes = rulesOver("5m");
const quarterHour = rulesOver("15m");
const day = rulesOver("1d");

export const PROCESS_RULES: readonly RuleGroup[] = [
  {
    name: "slipstream-processes",
    rules: [
      {
        alert: "SlipstreamDown",
        // Which jobs are gateways is known from what they have shown within a day, not from their names.
        expression: `${fiveMinutes.select(UP)} == 0 and on (job) ${day.newest(BUILD_INFO)}`,
        holdsFor: "2m",
        severity: "page",
        summary: "{{ $labels.instance }} does not answer",
        description:
          "Prometheus cannot read the metrics of this process: it has ended, it hangs, or the network is cut.",
      },
      {
        alert: "SlipstreamEventLoopSlow",
        expression: `${fiveMinutes.quantile(0.99, EVENT_LOOP_DELAY, BY_INSTANCE)} > 0.1`,
        holdsFor: "10m",
        severity: "ticket",
        summary: "{{ $labels.instance }} has more to do than it can",
        description:
          "Its event loop is late by more than 0.1 s once in a hundred times: every stream of the process stutters.",
      },
      {
        alert: "SlipstreamRequestsShed",
        expression: `${fiveMinutes.rate(REQUESTS_SHED, { by: ["instance", "reason"] })} > 0.1`,
        holdsFor: "5m",
        severity: "page",
        summary: "{{ $labels.instance }} refuses requests: {{ $labels.reason }}",
        description:
          "It has reached one of its limits for minutes and answers new requests with 503 overloaded; running ones go on.",
      },
    ],
  },
  {
    name: "slipstream-store",
    rules: [
      {
        alert: "SlipstreamStoreFails",
        expression: `${fiveMinutes.max(STORE_FAILING, { by: ["instance", "check"] })} > 0`,
        holdsFor: "1m",
        severity: "page",
        summary: "{{ $labels.instance }} has trouble with its store: {{ $labels.check }}",
        description:
          "Known keys are served for a minute or so and usage records wait in memory: both only for a while.",
      },
    ],
  },
  {
    name: "slipstream-records",
    rules: [
      {
        alert: "SlipstreamUsageRecordsLost",
        expression: `${quarterHour.increase(TELEMETRY_LOSSES, { where: { kind: LOST_RECORD }, ...BY_INSTANCE })} > 0`,
        severity: "page",
        summary: "{{ $labels.instance }} has lost usage records",
        description: "Requests were served that nobody will be charged for. The log says how many.",
      },
      {
        alert: "SlipstreamUsageRecordsWaiting",
        expression: `${fiveMinutes.sum(USAGE_WAITING, BY_INSTANCE)} > 1000`,
        holdsFor: "10m",
        severity: "page",
        summary: "{{ $labels.instance }} cannot store its usage records",
        description:
          "They wait in memory. When the queue is full or the process ends, they are lost.",
      },
      {
        alert: "SlipstreamTelemetryLosses",
        expression: `${quarterHour.increase(TELEMETRY_LOSSES, { where: { kind: not(LOST_RECORD) }, by: ["instance", "kind"] })} > 0`,
        holdsFor: "5m",
        severity: "ticket",
        summary: "{{ $labels.instance }} loses telemetry: {{ $labels.kind }}",
        description: "Figures, log lines or spans are missing, so boards do not show everything.",
      },
      {
        alert: "SlipstreamSeriesBudget",
        expression: `${ratio(fiveMinutes.max(SERIES, BY_INSTANCE), fiveMinutes.max(SERIES_MAX, BY_INSTANCE))} > 0.8`,
        holdsFor: "15m",
        severity: "ticket",
        summary: "{{ $labels.instance }} has used up most of its metric series",
        description:
          "At the maximum new models and deployments share one series called other, and cannot be told apart.",
      },
    ],
  },
];
