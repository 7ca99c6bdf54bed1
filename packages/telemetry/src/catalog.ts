/**
 * The one catalogue of metrics: what is registered, documented and charted comes from here.
 *
 * A new metric is a new row, listed in CATALOG, and the one line that feeds it. Names are those of
 * the OpenTelemetry GenAI conventions translated to Prometheus where one exists (`convention`).
 */
import {
  CHUNK_GAP_SECONDS,
  CONNECTION_SECONDS,
  DURATION_SECONDS,
  FIRST_TOKEN_SECONDS,
  OVERHEAD_SECONDS,
  PAUSE_SECONDS,
  TOKEN_SECONDS,
} from "./buckets.ts";
import type { LabelName } from "./labels.ts";

interface MetricRow<Label extends LabelName> {
  /** As Prometheus shows it: ends in the unit, and in `_total` for a counter. */
  readonly name: string;
  /** One sentence without double quotes, which prom-client would not escape. */
  readonly help: string;
  /** `undefined` for a plain number of things. */
  readonly unit: "seconds" | "tokens" | "bytes" | "usd" | undefined;
  readonly labels: readonly Label[];
  /** The metric of the GenAI conventions, v1.41 or (usage counters) their main line. */
  readonly convention?: string;
}

export interface CounterRow<Label extends LabelName = never> extends MetricRow<Label> {
  readonly type: "counter";
}

export interface GaugeRow<Label extends LabelName = never> extends MetricRow<Label> {
  readonly type: "gauge";
}

export interface HistogramRow<Label extends LabelName = never> extends MetricRow<Label> {
  readonly type: "histogram";
  /** Ascending upper bounds in `unit`, without +Inf. */
  readonly buckets: readonly number[];
}

export type AnyRow = CounterRow<LabelName> | GaugeRow<LabelName> | HistogramRow<LabelName>;

/** Labels of the conventions: on every `gen_ai_*` metric. */
export type GenAiLabel = "gen_ai_operation_name" | "gen_ai_provider_name" | "gen_ai_request_model";
const GEN_AI_LABELS: readonly GenAiLabel[] = [
  "gen_ai_operation_name",
  "gen_ai_provider_name",
  "gen_ai_request_model",
];

export const TIME_TO_FIRST_TOKEN: HistogramRow<GenAiLabel | "deployment"> = {
  type: "histogram",
  name: "gen_ai_server_time_to_first_token_seconds",
  help: "From the start of a request to the first content handed to the client, per stream that had content.",
  unit: "seconds",
  labels: [...GEN_AI_LABELS, "deployment"],
  buckets: FIRST_TOKEN_SECONDS,
  convention: "gen_ai.server.time_to_first_token",
};

/** Labels of what belongs to one deployment of one model. */
export type DeploymentLabel = "gen_ai_request_model" | "deployment";
const DEPLOYMENT_LABELS: readonly DeploymentLabel[] = ["gen_ai_request_model", "deployment"];

export const UPSTREAM_HEADERS: HistogramRow<DeploymentLabel> = {
  type: "histogram",
  name: "slipstream_upstream_headers_seconds",
  help: "From the start of an attempt to the head of the upstream's answer, per answer.",
  unit: "seconds",
  labels: DEPLOYMENT_LABELS,
  buckets: FIRST_TOKEN_SECONDS,
};

export const UPSTREAM_FIRST_CONTENT: HistogramRow<DeploymentLabel> = {
  type: "histogram",
  name: "slipstream_upstream_first_content_seconds",
  help: "From the start of an attempt to the first content read from the upstream, per stream that had content.",
  unit: "seconds",
  labels: DEPLOYMENT_LABELS,
  buckets: FIRST_TOKEN_SECONDS,
};

export const CHUNK_GAP: HistogramRow<GenAiLabel | "deployment"> = {
  type: "histogram",
  name: "gen_ai_client_operation_time_per_output_chunk_seconds",
  help: "Silence between two neighbouring chunks of a stream, counted while the stream runs; once for each token where an upstream tells how many a chunk holds.",
  unit: "seconds",
  labels: [...GEN_AI_LABELS, "deployment"],
  buckets: CHUNK_GAP_SECONDS,
  convention: "gen_ai.client.operation.time_per_output_chunk",
};

export const TIME_PER_TOKEN: HistogramRow<GenAiLabel> = {
  type: "histogram",
  name: "gen_ai_server_time_per_output_token_seconds",
  help: "Time between the first content and the end, divided by the output tokens after the first, per complete stream that reported them.",
  unit: "seconds",
  labels: GEN_AI_LABELS,
  buckets: TOKEN_SECONDS,
  convention: "gen_ai.server.time_per_output_token",
};

export const LONGEST_GAP: HistogramRow<DeploymentLabel> = {
  type: "histogram",
  name: "slipstream_stream_longest_gap_seconds",
  help: "The longest silence between two chunks of a stream, per stream of two chunks or more, when it has ended.",
  unit: "seconds",
  labels: DEPLOYMENT_LABELS,
  buckets: CHUNK_GAP_SECONDS,
};

export const STREAM_STALLS: CounterRow<DeploymentLabel> = {
  type: "counter",
  name: "slipstream_stream_stalls_total",
  help: "Gaps of a second or more, counted when the next chunk arrives.",
  unit: undefined,
  labels: DEPLOYMENT_LABELS,
};

export const CHUNK_DELAY: HistogramRow = {
  type: "histogram",
  name: "slipstream_chunk_delay_seconds",
  help: "From reading bytes of a stream to having handed on what was whole in them, per read that let something go.",
  unit: "seconds",
  labels: [],
  buckets: OVERHEAD_SECONDS,
};

export const OVERHEAD: HistogramRow<"phase"> = {
  type: "histogram",
  name: "slipstream_overhead_seconds",
  help: "Time that a request for inference spent in the gateway itself.",
  unit: "seconds",
  labels: ["phase"],
  buckets: OVERHEAD_SECONDS,
};

export const UPSTREAM_CONNECTION: HistogramRow<DeploymentLabel> = {
  type: "histogram",
  name: "slipstream_upstream_connection_seconds",
  help: "Waiting for a connection to a deployment, per attempt that got one; nearly 0 for one that was kept.",
  unit: "seconds",
  labels: DEPLOYMENT_LABELS,
  buckets: CONNECTION_SECONDS,
};

export const REQUEST_DURATION: HistogramRow<GenAiLabel | "error_type"> = {
  type: "histogram",
  name: "gen_ai_server_request_duration_seconds",
  help: "From the start of a request to its end, per request for inference, however it ended.",
  unit: "seconds",
  labels: [...GEN_AI_LABELS, "error_type"],
  buckets: DURATION_SECONDS,
  convention: "gen_ai.server.request.duration",
};

export const REQUESTS: CounterRow<"endpoint" | "gen_ai_request_model" | "outcome"> = {
  type: "counter",
  name: "slipstream_requests_total",
  help: "Requests that have ended, each exactly once.",
  unit: undefined,
  labels: ["endpoint", "gen_ai_request_model", "outcome"],
};

export const STREAMS: CounterRow<"gen_ai_request_model" | "outcome"> = {
  type: "counter",
  name: "slipstream_streams_total",
  help: "Requests for a stream that have ended, with or without content: what promises about first tokens are measured against.",
  unit: undefined,
  labels: ["gen_ai_request_model", "outcome"],
};

export const INFLIGHT_REQUESTS: GaugeRow = {
  type: "gauge",
  name: "slipstream_inflight_requests",
  help: "Requests that have started and not ended.",
  unit: undefined,
  labels: [],
};

export const ERRORS: CounterRow<"code" | "blame"> = {
  type: "counter",
  name: "slipstream_errors_total",
  help: "Errors that a client was told of, in the status line or inside a stream.",
  unit: undefined,
  labels: ["code", "blame"],
};

export const UPSTREAM_ATTEMPTS: CounterRow<DeploymentLabel | "result"> = {
  type: "counter",
  name: "slipstream_upstream_attempts_total",
  help: "Exchanges with a deployment that have ended.",
  unit: undefined,
  labels: ["gen_ai_request_model", "deployment", "result"],
};

export const INFLIGHT_ATTEMPTS: GaugeRow<DeploymentLabel> = {
  type: "gauge",
  name: "slipstream_upstream_inflight_attempts",
  help: "Exchanges with a deployment that have started and not ended.",
  unit: undefined,
  labels: DEPLOYMENT_LABELS,
};

export const RETRIES: CounterRow<"gen_ai_request_model" | "code"> = {
  type: "counter",
  name: "slipstream_retries_total",
  help: "Attempts after the first of their request, by the code of the failure before them.",
  unit: undefined,
  labels: ["gen_ai_request_model", "code"],
};

export const RETRY_LOST: CounterRow<"gen_ai_request_model"> = {
  type: "counter",
  name: "slipstream_retry_lost_seconds_total",
  help: "Time spent in attempts that failed and were followed by another.",
  unit: "seconds",
  labels: ["gen_ai_request_model"],
};

export const CLIENT_BLOCKED: CounterRow<"gen_ai_request_model"> = {
  type: "counter",
  name: "slipstream_client_blocked_seconds_total",
  help: "Time for which upstreams were held back because a client read too slowly, added when its answer has ended.",
  unit: "seconds",
  labels: ["gen_ai_request_model"],
};

export const HELD_BYTES: GaugeRow = {
  type: "gauge",
  name: "slipstream_held_bytes",
  help: "Bytes of answers that wait for clients to take them.",
  unit: "bytes",
  labels: [],
};

export const STREAM_CHUNKS: CounterRow<DeploymentLabel> = {
  type: "counter",
  name: "slipstream_stream_chunks_total",
  help: "Events that carried content, added when their stream has ended.",
  unit: undefined,
  labels: ["gen_ai_request_model", "deployment"],
};

export const INPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_input_tokens_total",
  help: "Input tokens as reported by providers, cached ones included.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.input_tokens",
};

export const OUTPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_output_tokens_total",
  help: "Output tokens as reported by providers, reasoning included.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.output_tokens",
};

export const CACHE_READ_INPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_cache_read_input_tokens_total",
  help: "Input tokens that providers took from their own prompt cache.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.cache_read.input_tokens",
};

export const REASONING_OUTPUT_TOKENS: CounterRow<GenAiLabel> = {
  type: "counter",
  name: "gen_ai_client_inference_usage_reasoning_output_tokens_total",
  help: "Output tokens that went into reasoning.",
  unit: "tokens",
  labels: GEN_AI_LABELS,
  convention: "gen_ai.client.inference.usage.reasoning.output_tokens",
};

export const SETTLED_TOKENS: CounterRow<"gen_ai_request_model" | "kind" | "source"> = {
  type: "counter",
  name: "slipstream_settled_tokens_total",
  help: "Tokens that requests under a valid key have to answer for, as reported or as estimated.",
  unit: "tokens",
  labels: ["gen_ai_request_model", "kind", "source"],
};

export const WASTED_TOKENS: CounterRow<"gen_ai_request_model"> = {
  type: "counter",
  name: "slipstream_wasted_tokens_total",
  help: "Output tokens of answers whose client did not stay for the end.",
  unit: "tokens",
  labels: ["gen_ai_request_model"],
};

export const COST: CounterRow<"gen_ai_request_model"> = {
  type: "counter",
  name: "slipstream_cost_usd_total",
  help: "Price of the settled tokens, US dollars, for models that have one in the configuration.",
  unit: "usd",
  labels: ["gen_ai_request_model"],
};

export const USAGE_RECORDS: CounterRow<"source"> = {
  type: "counter",
  name: "slipstream_usage_records_total",
  help: "Usage records made: one for each request for inference under a valid key.",
  unit: undefined,
  labels: ["source"],
};

export const USAGE_WAITING: GaugeRow = {
  type: "gauge",
  name: "slipstream_usage_records_waiting",
  help: "Usage records that are not in the store yet.",
  unit: undefined,
  labels: [],
};

export const CACHE_REQUESTS: CounterRow<"cache" | "result"> = {
  type: "counter",
  name: "slipstream_cache_requests_total",
  help: "Look-ups in the caches of the gateway.",
  unit: undefined,
  labels: ["cache", "result"],
};

export const CACHE_EVICTIONS: CounterRow<"cache"> = {
  type: "counter",
  name: "slipstream_cache_evictions_total",
  help: "Entries that caches gave up because they were full.",
  unit: undefined,
  labels: ["cache"],
};

export const TRACES: CounterRow<"decision"> = {
  type: "counter",
  name: "slipstream_traces_total",
  help: "Requests that have ended, by what became of their trace.",
  unit: undefined,
  labels: ["decision"],
};

export const SERIES: GaugeRow = {
  type: "gauge",
  name: "slipstream_series",
  help: "Series of this page, those of the metrics with a fixed number of them left out.",
  unit: undefined,
  labels: [],
};

export const SERIES_MAX: GaugeRow = {
  type: "gauge",
  name: "slipstream_series_max",
  help: "How many series there may be; what comes on top shares one label set per metric.",
  unit: undefined,
  labels: [],
};

export const TELEMETRY_LOSSES: CounterRow<"kind"> = {
  type: "counter",
  name: "slipstream_telemetry_losses_total",
  help: "What telemetry gave up rather than hurt a request; anything but 0 deserves a look.",
  unit: undefined,
  labels: ["kind"],
};

export const BUILD_INFO: GaugeRow<"version" | "node"> = {
  type: "gauge",
  name: "slipstream_build_info",
  help: "Always 1; the labels say what is running.",
  unit: undefined,
  labels: ["version", "node"],
};

export const EVENT_LOOP_ACTIVE: CounterRow = secondsCounter(
  "nodejs_eventloop_active_seconds_total",
  "Time that the event loop spent working; its rate is the utilisation, and 1 is the end.",
);
export const EVENT_LOOP_IDLE: CounterRow = secondsCounter(
  "nodejs_eventloop_idle_seconds_total",
  "Time that the event loop spent waiting for something to do.",
);
export const EVENT_LOOP_DELAY: HistogramRow = {
  type: "histogram",
  name: "nodejs_eventloop_delay_seconds",
  help: "How late a timer of the event loop fires, sampled fifty times a second.",
  unit: "seconds",
  labels: [],
  buckets: PAUSE_SECONDS,
};
export const GARBAGE_COLLECTION: HistogramRow<"kind"> = {
  type: "histogram",
  name: "nodejs_gc_duration_seconds",
  help: "Pauses for garbage collection.",
  unit: "seconds",
  labels: ["kind"],
  buckets: PAUSE_SECONDS,
};
export const OPEN_SOCKETS: GaugeRow<"side"> = {
  type: "gauge",
  name: "slipstream_open_sockets",
  help: "Connections that are open or being opened.",
  unit: undefined,
  labels: ["side"],
};
export const CPU: CounterRow = secondsCounter(
  "process_cpu_seconds_total",
  "Processor time spent by all threads, user and system.",
);
export const CPU_USER: CounterRow = secondsCounter(
  "process_cpu_user_seconds_total",
  "Processor time spent in user mode.",
);
export const CPU_SYSTEM: CounterRow = secondsCounter(
  "process_cpu_system_seconds_total",
  "Processor time spent in the kernel.",
);
export const START_TIME: GaugeRow = plainGauge(
  "process_start_time_seconds",
  "seconds",
  "When the process started, since 1970-01-01 UTC.",
);
export const RESIDENT_MEMORY: GaugeRow = plainGauge(
  "process_resident_memory_bytes",
  "bytes",
  "Memory held in RAM.",
);
export const HEAP_TOTAL: GaugeRow = plainGauge(
  "nodejs_heap_size_total_bytes",
  "bytes",
  "JavaScript heap, reserved.",
);
export const HEAP_USED: GaugeRow = plainGauge(
  "nodejs_heap_size_used_bytes",
  "bytes",
  "JavaScript heap, in use.",
);
export const EXTERNAL_MEMORY: GaugeRow = plainGauge(
  "nodejs_external_memory_bytes",
  "bytes",
  "Memory outside the heap that JavaScript objects hold, buffers included.",
);
export const OPEN_FILES: GaugeRow = plainGauge(
  "process_open_fds",
  undefined,
  "Open file descriptors, sockets included; absent where the system does not tell (not Linux).",
);

/** In the order of docs/metrics.md. */
export const CATALOG: readonly AnyRow[] = [
  TIME_TO_FIRST_TOKEN,
  UPSTREAM_HEADERS,
  UPSTREAM_FIRST_CONTENT,
  CHUNK_GAP,
  TIME_PER_TOKEN,
  LONGEST_GAP,
  STREAM_STALLS,
  CHUNK_DELAY,
  OVERHEAD,
  UPSTREAM_CONNECTION,
  REQUEST_DURATION,
  REQUESTS,
  STREAMS,
  INFLIGHT_REQUESTS,
  ERRORS,
  UPSTREAM_ATTEMPTS,
  INFLIGHT_ATTEMPTS,
  RETRIES,
  RETRY_LOST,
  CLIENT_BLOCKED,
  HELD_BYTES,
  STREAM_CHUNKS,
  INPUT_TOKENS,
  OUTPUT_TOKENS,
  CACHE_READ_INPUT_TOKENS,
  REASONING_OUTPUT_TOKENS,
  SETTLED_TOKENS,
  WASTED_TOKENS,
  COST,
  USAGE_RECORDS,
  USAGE_WAITING,
  CACHE_REQUESTS,
  CACHE_EVICTIONS,
  TRACES,
  TELEMETRY_LOSSES,
  SERIES,
  SERIES_MAX,
  BUILD_INFO,
  EVENT_LOOP_DELAY,
  EVENT_LOOP_ACTIVE,
  EVENT_LOOP_IDLE,
  GARBAGE_COLLECTION,
  OPEN_SOCKETS,
  CPU,
  CPU_USER,
  CPU_SYSTEM,
  START_TIME,
  RESIDENT_MEMORY,
  HEAP_TOTAL,
  HEAP_USED,
  EXTERNAL_MEMORY,
  OPEN_FILES,
];

function secondsCounter(name: string, help: string): CounterRow {
  return { type: "counter", name, help, unit: "seconds", labels: [] };
}

function plainGauge(name: string, unit: GaugeRow["unit"], help: string): GaugeRow {
  return { type: "gauge", name, help, unit, labels: [] };
}
