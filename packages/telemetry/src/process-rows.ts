/** What the process does. */
import { PAUSE_SECONDS } from "./buckets.ts";
import type { CounterRow, GaugeRow, HistogramRow } from "./metric-row.ts";

export const BUILD_INFO: GaugeRow<"version" | "node"> = {
  type: "gauge",
  name: "slipstream_build_info",
  help: "Always 1; the labels say what is running.",
  unit: undefined,
  labels: ["version", "node"],
};

export const EVENT_LOOP_DELAY: HistogramRow = {
  type: "histogram",
  name: "nodejs_eventloop_delay_seconds",
  help: "How late a timer of the event loop fires, sampled twenty times a second.",
  unit: "seconds",
  labels: [],
  buckets: PAUSE_SECONDS,
};

export const EVENT_LOOP_ACTIVE: CounterRow = secondsCounter(
  "nodejs_eventloop_active_seconds_total",
  "Time that the event loop spent working; its rate is the utilisation, and 1 is the end.",
);

export const EVENT_LOOP_IDLE: CounterRow = secondsCounter(
  "nodejs_eventloop_idle_seconds_total",
  "Time that the event loop spent waiting for something to do.",
);

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

export const REQUESTS_SHED: CounterRow<"reason"> = {
  type: "counter",
  name: "slipstream_requests_shed_total",
  help: "Requests that were refused because the gateway had too much to do.",
  unit: undefined,
  labels: ["reason"],
};

export const LIMIT_USED: GaugeRow<"reason"> = {
  type: "gauge",
  name: "slipstream_limit_used",
  help: "The part of each limit of the gateway that is in use; from 1 on new requests are refused.",
  unit: undefined,
  labels: ["reason"],
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

export const MAX_FILES: GaugeRow = plainGauge(
  "process_max_fds",
  undefined,
  "How many file descriptors there may be (ulimit -n); absent where the system does not tell, or sets no limit.",
);

function secondsCounter(name: string, help: string): CounterRow {
  return { type: "counter", name, help, unit: "seconds", labels: [] };
}

function plainGauge(name: string, unit: GaugeRow["unit"], help: string): GaugeRow {
  return { type: "gauge", name, help, unit, labels: [] };
}
