/** What became of requests and of attempts. */
import { DURATION_SECONDS } from "./buckets.ts";
import { DEPLOYMENT_LABELS, GEN_AI_LABELS } from "./metric-row.ts";
import type {
  CounterRow,
  DeploymentLabel,
  GaugeRow,
  GenAiLabel,
  HistogramRow,
} from "./metric-row.ts";

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
  help: "Requests for a stream of tokens that have ended, with or without content: what promises about first tokens are measured against.",
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
  help: "Errors that a client was told of, in the status line or inside a stream. What is not HTTP, or has headers that are too large, is no request and not counted.",
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

export const UPSTREAM_RESENDS: CounterRow<DeploymentLabel> = {
  type: "counter",
  name: "slipstream_upstream_resends_total",
  help: "Requests that were sent once more within an attempt, because the upstream closed the kept connection in the moment in which it was used again.",
  unit: undefined,
  labels: DEPLOYMENT_LABELS,
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
