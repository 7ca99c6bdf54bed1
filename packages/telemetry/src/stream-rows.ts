/** How streams are in time, from the upstream and to the client. */
import {
  CHUNK_GAP_SECONDS,
  CONNECTION_SECONDS,
  FIRST_TOKEN_SECONDS,
  OVERHEAD_SECONDS,
  TOKEN_SECONDS,
} from "./buckets.ts";
import { DEPLOYMENT_LABELS, GEN_AI_LABELS } from "./metric-row.ts";
import type {
  CounterRow,
  DeploymentLabel,
  GaugeRow,
  GenAiLabel,
  HistogramRow,
} from "./metric-row.ts";

export const TIME_TO_FIRST_TOKEN: HistogramRow<GenAiLabel | "deployment"> = {
  type: "histogram",
  name: "gen_ai_server_time_to_first_token_seconds",
  help: "From the start of a request to the first content handed to the client, per stream that had content.",
  unit: "seconds",
  labels: [...GEN_AI_LABELS, "deployment"],
  buckets: FIRST_TOKEN_SECONDS,
  convention: "gen_ai.server.time_to_first_token",
};

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
