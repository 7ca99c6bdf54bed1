import {
  lines,
  quantiles,
  risesTo,
  stat,
  table,
} from "@slipstream/grafana-dashboard-builder/panel";
import type { BoardDefinition } from "@slipstream/grafana-dashboard-builder/board";
import { ratio } from "@slipstream/grafana-dashboard-builder/promql";
import {
  BUILD_INFO,
  CPU,
  EVENT_LOOP_ACTIVE,
  EVENT_LOOP_DELAY,
  EVENT_LOOP_IDLE,
  EXTERNAL_MEMORY,
  GARBAGE_COLLECTION,
  HEAP_TOTAL,
  HEAP_USED,
  LIMIT_USED,
  MAX_FILES,
  OPEN_FILES,
  OPEN_SOCKETS,
  REQUESTS_SHED,
  RESIDENT_MEMORY,
  START_TIME,
} from "@slipstream/telemetry/process-rows";
import { STORE_FAILING } from "@slipstream/telemetry/store-rows";
import { HELD_BYTES } from "@slipstream/telemetry/stream-rows";
import { SERIES, SERIES_MAX, TELEMETRY_LOSSES, TRACES } from "@slipstream/telemetry/telemetry-rows";
import { USAGE_WAITING } from "@slipstream/telemetry/usage-rows";
import { JOBS_OF_GATEWAYS, promql, TAGS, VARIABLES } from "../scope.ts";

const BY_INSTANCE = { by: ["instance"] } as const;
const UTILISATION = ratio(
  promql.rate(EVENT_LOOP_ACTIVE, BY_INSTANCE),
  `${promql.rate(EVENT_LOOP_ACTIVE, BY_INSTANCE)} + ${promql.rate(EVENT_LOOP_IDLE, BY_INSTANCE)}`,
);
const SERIES_PART = ratio(promql.max(SERIES, BY_INSTANCE), promql.max(SERIES_MAX, BY_INSTANCE));

export const RUNTIME: BoardDefinition = {
  uid: "slipstream-runtime",
  title: "Slipstream / Runtime",
  description: "Is a process at its limit, and does its telemetry tell the whole truth?",
  tags: TAGS,
  variables: VARIABLES,
  exclude: JOBS_OF_GATEWAYS,
  rows: [
    {
      title: "Event loop",
      panels: [
        quantiles({
          title: "Delay of the event loop",
          description:
            "How late timers fire, which is how long everything waits. p99 above 50 ms is felt between tokens: start another process, or find what blocks.",
          unit: "seconds",
          width: 8,
          of: EVENT_LOOP_DELAY,
          promql,
        }),
        lines({
          title: "Delay p99 by instance",
          description: "One instance alone: what runs on its machine besides it?",
          unit: "seconds",
          width: 8,
          series: { "{{instance}}": promql.quantile(0.99, EVENT_LOOP_DELAY, BY_INSTANCE) },
        }),
        lines({
          title: "Utilisation of the event loop",
          description:
            "1 is the end: a process uses one core for its work. From 0.7 upwards delays grow fast; start another process before that.",
          unit: "ratio",
          width: 8,
          series: { "{{instance}}": UTILISATION },
        }),
      ],
    },
    {
      title: "Limits",
      panels: [
        lines({
          title: "Requests refused by reason",
          description:
            "Answered with 503 overloaded. loop_delay is the processor: start another process. The others are limits of the configuration, or clients that hold too much.",
          unit: "requests per second",
          isStacked: true,
          series: { "{{reason}}": promql.rate(REQUESTS_SHED, { by: ["reason"] }) },
        }),
        lines({
          title: "Limits in use",
          description:
            "Of the fullest process. From 1 on new requests are refused: what comes near in a quiet hour is set too low.",
          unit: "ratio",
          series: { "{{reason}}": promql.max(LIMIT_USED, { by: ["reason"] }) },
        }),
      ],
    },
    {
      title: "Processor and garbage collection",
      panels: [
        lines({
          title: "Processor by instance",
          description:
            "Cores in use, all threads. Above the utilisation of the event loop: garbage collection, the store's thread or cryptography.",
          unit: "count",
          width: 8,
          series: { "{{instance}}": promql.rate(CPU, BY_INSTANCE) },
        }),
        lines({
          title: "Pauses p99 by kind of collection",
          description:
            "Pauses stop all streams. major ones above 50 ms: the heap is too large or too full.",
          unit: "seconds",
          width: 8,
          series: { "{{kind}}": promql.quantile(0.99, GARBAGE_COLLECTION, { by: ["kind"] }) },
        }),
        lines({
          title: "Time in garbage collection",
          description:
            "Seconds per second of each process. Above 0.05 something allocates on the way of every chunk.",
          unit: "ratio",
          width: 8,
          series: { "{{instance}}": promql.amount(GARBAGE_COLLECTION, BY_INSTANCE) },
        }),
      ],
    },
    {
      title: "Memory",
      panels: [
        lines({
          title: "Heap",
          description:
            "In use and reserved. In use that rises over days and never falls is a leak: take a heap snapshot.",
          unit: "bytes",
          width: 8,
          series: {
            "{{instance}} in use": promql.sum(HEAP_USED, BY_INSTANCE),
            "{{instance}} reserved": promql.sum(HEAP_TOTAL, BY_INSTANCE),
          },
        }),
        lines({
          title: "Memory outside the heap",
          description:
            "All that the process holds in RAM, and its buffers. Buffers that grow with held bytes are slow clients.",
          unit: "bytes",
          width: 8,
          series: {
            "{{instance}} resident": promql.sum(RESIDENT_MEMORY, BY_INSTANCE),
            "{{instance}} buffers": promql.sum(EXTERNAL_MEMORY, BY_INSTANCE),
          },
        }),
        lines({
          title: "Bytes held for clients",
          description:
            "Answers that wait for clients to take them. It has a bound per client; many at their bound are a network in trouble.",
          unit: "bytes",
          width: 8,
          series: { "{{instance}}": promql.sum(HELD_BYTES, BY_INSTANCE) },
        }),
      ],
    },
    {
      title: "Connections",
      panels: [
        lines({
          title: "Open sockets by side",
          description:
            "Upstream sockets should be few and kept. Client sockets that rise without requests: clients that do not reuse or close connections.",
          unit: "count",
          series: { "{{side}}": promql.sum(OPEN_SOCKETS, { by: ["side"] }) },
        }),
        lines({
          title: "Open files, part of the limit",
          description:
            "Sockets and files against the limit of the system (ulimit -n). At 1 new clients are refused: raise the limit, or find who keeps connections open.",
          unit: "ratio",
          series: {
            "{{instance}}": ratio(
              promql.sum(OPEN_FILES, BY_INSTANCE),
              promql.sum(MAX_FILES, BY_INSTANCE),
            ),
          },
        }),
      ],
    },
    {
      title: "Store",
      panels: [
        lines({
          title: "Failing checks of the store",
          description:
            "1 while a check fails. file: the database is not at its path any more, read: keys cannot be looked up, write: no change can be made safe, records: usage records wait in memory. See the runbook of SlipstreamStoreFails.",
          unit: "count",
          width: 24,
          series: {
            "{{instance}} {{check}}": promql.max(STORE_FAILING, { by: ["instance", "check"] }),
          },
        }),
      ],
    },
    {
      title: "Telemetry itself",
      panels: [
        stat({
          title: "Series budget in use",
          height: 8,
          description:
            "Of the fullest process. At 1 new label sets share one series called other: look for the label that grows.",
          unit: "ratio",
          width: 6,
          steps: risesTo(0.6, 0.8),
          query: `max(${SERIES_PART})`,
        }),
        stat({
          title: "Usage records waiting",
          height: 8,
          description:
            "Records that are not in the store yet. Rising without an end: the store is down or too slow.",
          unit: "count",
          width: 6,
          steps: risesTo(100, 1000),
          query: promql.sum(USAGE_WAITING),
        }),
        lines({
          title: "Losses by kind",
          description:
            "What telemetry gave up rather than hurt a request. Anything but 0 deserves a look; docs/metrics.md says what each kind is.",
          unit: "events per second",
          series: { "{{kind}}": promql.rate(TELEMETRY_LOSSES, { by: ["kind"] }) },
        }),
        lines({
          title: "Series and their maximum",
          description: "Series of each process, and how many there may be.",
          unit: "count",
          series: {
            "{{instance}}": promql.max(SERIES, BY_INSTANCE),
            maximum: promql.max(SERIES_MAX),
          },
        }),
        lines({
          title: "Traces by decision",
          description:
            "sampled by chance, kept for how they went, dropped. No kept ones while requests fail: the collector or the sampling is set wrongly.",
          unit: "requests per second",
          isStacked: true,
          series: { "{{decision}}": promql.rate(TRACES, { by: ["decision"] }) },
        }),
      ],
    },
    {
      title: "What is running",
      panels: [
        table({
          title: "Processes",
          description:
            "Two versions at once for longer than a rollout: one part of it is stuck. A short age: it restarts again and again.",
          unit: "count",
          headings: { instance: "Instance", version: "Version", node: "Node.js" },
          columns: {
            Processes: {
              unit: "count",
              query: promql.sum(BUILD_INFO, { by: ["instance", "version", "node"] }),
            },
            Age: { unit: "seconds", query: `time() - ${promql.max(START_TIME, BY_INSTANCE)}` },
          },
        }),
      ],
    },
  ],
};
