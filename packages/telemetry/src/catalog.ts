/**
 * The one catalogue of metrics: what is registered, documented and charted comes from here.
 *
 * A new metric is a new row in one of the files below, listed here, and the one line that feeds it. Names
 * are those of the OpenTelemetry GenAI conventions translated to Prometheus where one exists
 * (`convention`).
 */
import type { AnyRow } from "./metric-row.ts";
import * as process from "./process-rows.ts";
import * as request from "./request-rows.ts";
import * as store from "./store-rows.ts";
import * as stream from "./stream-rows.ts";
import * as telemetry from "./telemetry-rows.ts";
import * as usage from "./usage-rows.ts";

/** In the order of docs/metrics.md. */
export const CATALOG: readonly AnyRow[] = [
  stream.TIME_TO_FIRST_TOKEN,
  stream.UPSTREAM_HEADERS,
  stream.UPSTREAM_FIRST_CONTENT,
  stream.CHUNK_GAP,
  stream.TIME_PER_TOKEN,
  stream.LONGEST_GAP,
  stream.STREAM_STALLS,
  stream.CHUNK_DELAY,
  stream.OVERHEAD,
  stream.UPSTREAM_CONNECTION,
  request.REQUEST_DURATION,
  request.REQUESTS,
  request.STREAMS,
  request.INFLIGHT_REQUESTS,
  request.ERRORS,
  request.UPSTREAM_ATTEMPTS,
  request.UPSTREAM_RESENDS,
  request.INFLIGHT_ATTEMPTS,
  request.RETRIES,
  request.RETRY_LOST,
  stream.CLIENT_BLOCKED,
  stream.HELD_BYTES,
  stream.STREAM_CHUNKS,
  usage.INPUT_TOKENS,
  usage.OUTPUT_TOKENS,
  usage.CACHE_READ_INPUT_TOKENS,
  usage.REASONING_OUTPUT_TOKENS,
  usage.SETTLED_TOKENS,
  usage.WASTED_TOKENS,
  usage.COST,
  usage.USAGE_RECORDS,
  usage.USAGE_WAITING,
  store.STORE_FAILING,
  telemetry.CACHE_REQUESTS,
  telemetry.CACHE_EVICTIONS,
  telemetry.TRACES,
  telemetry.TELEMETRY_LOSSES,
  telemetry.SERIES,
  telemetry.SERIES_MAX,
  process.BUILD_INFO,
  process.REQUESTS_SHED,
  process.LIMIT_USED,
  process.EVENT_LOOP_DELAY,
  process.EVENT_LOOP_ACTIVE,
  process.EVENT_LOOP_IDLE,
  process.GARBAGE_COLLECTION,
  process.OPEN_SOCKETS,
  process.CPU,
  process.CPU_USER,
  process.CPU_SYSTEM,
  process.START_TIME,
  process.RESIDENT_MEMORY,
  process.HEAP_TOTAL,
  process.HEAP_USED,
  process.EXTERNAL_MEMORY,
  process.OPEN_FILES,
  process.MAX_FILES,
];
