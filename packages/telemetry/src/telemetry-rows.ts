/** What the gateway's own caches and telemetry do. */
import type { CounterRow, GaugeRow } from "./metric-row.ts";

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

export const TELEMETRY_LOSSES: CounterRow<"kind"> = {
  type: "counter",
  name: "slipstream_telemetry_losses_total",
  help: "What telemetry gave up rather than hurt a request; anything but 0 deserves a look.",
  unit: undefined,
  labels: ["kind"],
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
