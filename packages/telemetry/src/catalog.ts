/**
 * The one catalogue of metrics: what is registered, documented and charted comes from here.
 *
 * A new metric is a new row, listed in CATALOG, and the one line that feeds it. Names are those of
 * the OpenTelemetry GenAI conventions translated to Prometheus where one exists (`convention`).
 */
import { CHUNK_GAP_SECONDS, DURATION_SECONDS, FIRST_TOKEN_SECONDS } from "./buckets.ts";
import type { LabelName } from "./labels.ts";

interface MetricRow<Label extends LabelName> {
  /** As Prometheus shows it: ends in the unit, and in `_total` for a counter. */
  readonly name: string;
  /** One sentence without double quotes, which prom-client would not escape. */
  readonly help: string;
  /** `undefined` for a plain number of things. */
  readonly unit: "seconds" | "tokens" | "bytes" | undefined;
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

export const CHUNK_GAP: HistogramRow<GenAiLabel | "deployment"> = {
  type: "histogram",
  name: "gen_ai_client_operation_time_per_output_chunk_seconds",
  help: "Silence between two neighbouring chunks of a stream, counted while the stream runs.",
  unit: "seconds",
  labels: [...GEN_AI_LABELS, "deployment"],
  buckets: CHUNK_GAP_SECONDS,
  convention: "gen_ai.client.operation.time_per_output_chunk",
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

export const UPSTREAM_ATTEMPTS: CounterRow<"gen_ai_request_model" | "deployment" | "result"> = {
  type: "counter",
  name: "slipstream_upstream_attempts_total",
  help: "Exchanges with a deployment that have ended.",
  unit: undefined,
  labels: ["gen_ai_request_model", "deployment", "result"],
};

export const STREAM_CHUNKS: CounterRow<"gen_ai_request_model" | "deployment"> = {
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

export const CACHE_REQUESTS: CounterRow<"cache" | "result"> = {
  type: "counter",
  name: "slipstream_cache_requests_total",
  help: "Look-ups in the caches of the gateway.",
  unit: undefined,
  labels: ["cache", "result"],
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
  CHUNK_GAP,
  REQUEST_DURATION,
  REQUESTS,
  INFLIGHT_REQUESTS,
  ERRORS,
  UPSTREAM_ATTEMPTS,
  STREAM_CHUNKS,
  INPUT_TOKENS,
  OUTPUT_TOKENS,
  CACHE_READ_INPUT_TOKENS,
  REASONING_OUTPUT_TOKENS,
  CACHE_REQUESTS,
  TELEMETRY_LOSSES,
  BUILD_INFO,
  EVENT_LOOP_ACTIVE,
  EVENT_LOOP_IDLE,
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
