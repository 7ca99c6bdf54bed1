/**
 * The way to the collector: OTLP over HTTP, as JSON, from the SDK of OpenTelemetry.
 *
 * Loaded only where traces are wanted: the SDK takes 0.3 s and 40 MB, measured on the development
 * machine. Nothing of it is left in the globals of OpenTelemetry, so that two gateways in one process
 * are two.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as startTimer } from "node:timers";
import { setTimeout as sleep } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { getBooleanFromEnv } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "../logger.ts";
import type { LossRecorder } from "../losses.ts";
import type { QueuePart } from "./sampling.ts";
import type { PlannedSpan } from "./span-plan.ts";
import { SpanQueue, WAITING_SPANS_MAX } from "./span-queue.ts";
import { tellingExporter } from "./telling-exporter.ts";

/**
 * Spans in one message to the collector. Writing it holds up every stream: 0.5 ms for 64 spans, 5 ms for
 * the 512 that the SDK would put into one.
 */
const BATCH_SPANS_MAX = 64;
/** A trace can be looked at this long after its request has ended. ms. */
const BATCH_DELAY_MS = 1_000;
/** For one message, further tries included: then its spans are lost and the next ones get their turn. ms. */
const EXPORT_TIMEOUT_MS = 3_000;
/** The SDK's own limit, which must not come first: only an exporter that answers is counted right. ms. */
const BATCH_TIMEOUT_MS = 2 * EXPORT_TIMEOUT_MS;
/** What the end of the process waits for its last spans. ms. */
export const FLUSH_MS = 2_000;

export interface CollectorOptions {
  /** Where OTLP over HTTP is taken, e.g. `http://collector:4318`, with or without `/v1/traces`. */
  readonly endpoint: string;
  /** Secret. Sent with every message. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the gateway. */
  readonly version: string;
  /** Unlike that of any other process. */
  readonly instanceId: string;
  readonly recordLoss: LossRecorder;
  readonly logger: Logger;
}

export interface Collector {
  /** @returns whether there was room for them; all or none. */
  add(spans: readonly PlannedSpan[], part: QueuePart): boolean;
  /** Sends what waits, but takes no longer than `FLUSH_MS`. Idempotent. */
  close(): Promise<void>;
}

export function startCollector(options: CollectorOptions): Collector {
  const resource = resourceFromAttributes({
    "service.name": "slipstream",
    "service.version": options.version,
    "service.instance.id": options.instanceId,
  });
  const instrumentationScope = { name: "slipstream", version: options.version };
  const queue = new SpanQueue({ resource, instrumentationScope }, options.recordLoss);
  const processor = new BatchSpanProcessor({
    exporter: queue.watch(tellingExporter(createExporter(options), options.logger)),
    maxQueueSize: WAITING_SPANS_MAX,
    maxExportBatchSize: BATCH_SPANS_MAX,
    scheduledDelayMillis: BATCH_DELAY_MS,
    exportTimeoutMillis: BATCH_TIMEOUT_MS,
  });
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource,
    spanProcessors: [processor],
    // Left out, they would become exporters of their own.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
  });
  sdk.start();
  trace.disable();
  // Turned off by its own variable, the SDK would not send at the end what the processor still holds.
  queue.processor = getBooleanFromEnv("OTEL_SDK_DISABLED") ? undefined : processor;
  let closed: Promise<void> | undefined;
  return {
    add: (spans, part) => queue.add(spans, part),
    close: () => (closed ??= flush(queue, sdk)),
  };
}

async function flush(queue: SpanQueue, sdk: NodeSDK): Promise<void> {
  queue.processor = undefined;
  // What did not arrive has been counted by the queue.
  const flushed = sdk.shutdown().catch(() => undefined);
  const given = new AbortController();
  const { signal } = given;
  await Promise.race([flushed, sleep(FLUSH_MS, undefined, { signal }).catch(() => undefined)]);
  given.abort();
}

function createExporter({ endpoint, headers }: CollectorOptions): SpanExporter {
  const url = toTracesUrl(endpoint);
  const agent = new (url.startsWith("https:") ? HttpsAgent : HttpAgent)({ keepAlive: true });
  const exporter = new OTLPTraceExporter({
    url,
    headers: { ...headers },
    timeoutMillis: EXPORT_TIMEOUT_MS,
    // When the process ends, all that waits is sent at once.
    concurrencyLimit: WAITING_SPANS_MAX / BATCH_SPANS_MAX + 1,
    httpAgentOptions: () => agent,
  });
  return {
    export(spans, settled) {
      // The exporter's own time ends with silence, so that an answer that drips in never ends.
      const deadline = startTimer(() => agent.destroy(), EXPORT_TIMEOUT_MS).unref();
      exporter.export(spans, (result) => {
        clearTimeout(deadline);
        settled(result);
      });
    },
    async shutdown() {
      await exporter.shutdown();
      agent.destroy();
    },
  };
}

const TRACES_PATH = "/v1/traces";

function toTracesUrl(endpoint: string): string {
  const base = endpoint.replace(/\/+$/, "");
  return base.endsWith(TRACES_PATH) ? base : `${base}${TRACES_PATH}`;
}
