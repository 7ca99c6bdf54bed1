/** From cells to the figures that people read. */
import type { Cell, Latencies } from "./measure.ts";
import type { ScenarioName } from "./scenario.ts";
import { pairRatios, percentile, toSpread } from "./statistics.ts";
import type { Spread } from "./statistics.ts";

type CpuFigureId = "stream_event_cpu_us" | "request_cpu_us";
type LatencyFigureId = `${"first_chunk" | "event_gap" | "request_latency"}_${"p50" | "p99"}_ms`;
type FigureId =
  | CpuFigureId
  | "telemetry_stream_event"
  | LatencyFigureId
  | "events_per_http_chunk"
  | "memory_mib";

export interface Figure {
  readonly id: FigureId;
  readonly label: string;
  /** By subject: over the rounds for what has one value per round, else of all samples. */
  readonly values: Readonly<Record<string, Spread>>;
  readonly comparison: Comparison | undefined;
}

/** Of neighbouring rounds of the gateway and another subject. */
interface Comparison {
  readonly ratio: Spread;
  readonly budget: number;
  readonly isMet: boolean;
}

/** What the project allows itself, as a multiple of nginx. */
const BUDGETS: Readonly<Record<CpuFigureId, number>> = {
  stream_event_cpu_us: 2,
  request_cpu_us: 5,
};
/** The same as a multiple of the gateway that tells nobody what it does. */
const TELEMETRY_BUDGET = 1.1;

export function toFigures(cells: readonly Cell[]): Figure[] {
  return [
    toCpuFigure(cells, "streams", "stream_event_cpu_us", "CPU per streamed event, µs"),
    ...toTelemetryFigure(cells),
    toCpuFigure(cells, "requests", "request_cpu_us", "CPU per request, µs"),
    toLatencyFigure(cells, "first_chunk_p50_ms", "first chunk p50, ms"),
    toLatencyFigure(cells, "first_chunk_p99_ms", "first chunk p99, ms"),
    toLatencyFigure(cells, "event_gap_p50_ms", "event to event p50, ms"),
    toLatencyFigure(cells, "event_gap_p99_ms", "event to event p99, ms"),
    toLatencyFigure(cells, "request_latency_p50_ms", "request p50, ms"),
    toLatencyFigure(cells, "request_latency_p99_ms", "request p99, ms"),
    toFigure(cells, "events_per_http_chunk", "events per HTTP chunk", (own) =>
      own.flatMap(eventsPerChunk),
    ),
    toFigure(cells, "memory_mib", "memory, MiB", (own) =>
      own
        .filter(({ memoryBytes }) => memoryBytes > 0)
        .map(({ memoryBytes }) => memoryBytes / 2 ** 20),
    ),
  ];
}

/** µs of the subject's CPU time per unit; of mock and load together where there is no subject. */
export function cpuUsPerUnit(cell: Cell): number {
  const isDirect = cell.subject === "direct";
  return ((isDirect ? cell.mockCpuMs + cell.loadCpuMs : cell.cpuMs) * 1000) / cell.units;
}

/** @returns the ratios of the gateway's and nginx's neighbouring cells; empty without nginx. */
export function ratiosToNginx(cells: readonly Cell[], scenario: ScenarioName): number[] {
  return ratiosTo("nginx", cells, scenario);
}

function ratiosTo(subject: string, cells: readonly Cell[], scenario: ScenarioName): number[] {
  const [gateway = [], others = []] = ["slipstream", subject].map((name) =>
    cells
      .filter((cell) => cell.subject === name && cell.scenario === scenario)
      .map((cell) => cpuUsPerUnit(cell)),
  );
  return pairRatios(gateway, others);
}

/** What metrics, traces, log and usage records add; nothing where the bare gateway was not measured. */
function toTelemetryFigure(cells: readonly Cell[]): Figure[] {
  const ratio = toSpread(ratiosTo("bare", cells, "streams"));
  if (ratio === undefined) return [];
  return [
    {
      id: "telemetry_stream_event",
      label: "the same, slipstream ÷ bare",
      values: {},
      comparison: { ratio, budget: TELEMETRY_BUDGET, isMet: ratio.median <= TELEMETRY_BUDGET },
    },
  ];
}

function toCpuFigure(
  cells: readonly Cell[],
  scenario: ScenarioName,
  id: CpuFigureId,
  label: string,
): Figure {
  const ofScenario = cells.filter((cell) => cell.scenario === scenario);
  const figure = toFigure(ofScenario, id, label, (own) => own.map(cpuUsPerUnit));
  const ratio = toSpread(ratiosToNginx(cells, scenario));
  const budget = BUDGETS[id];
  return {
    ...figure,
    comparison: ratio && { ratio, budget, isMet: ratio.median <= budget },
  };
}

interface LatencySource {
  readonly share: number;
  readonly samples: (latencies: Latencies) => readonly number[];
}

const firstChunks = (latencies: Latencies): readonly number[] =>
  latencies.type === "streams" ? latencies.firstChunkMs : [];
const gaps = (latencies: Latencies): readonly number[] =>
  latencies.type === "streams" ? latencies.gapMs : [];
const requests = (latencies: Latencies): readonly number[] =>
  latencies.type === "requests" ? latencies.latencyMs : [];

const LATENCY_SOURCES: Readonly<Record<LatencyFigureId, LatencySource>> = {
  first_chunk_p50_ms: { share: 0.5, samples: firstChunks },
  first_chunk_p99_ms: { share: 0.99, samples: firstChunks },
  event_gap_p50_ms: { share: 0.5, samples: gaps },
  event_gap_p99_ms: { share: 0.99, samples: gaps },
  request_latency_p50_ms: { share: 0.5, samples: requests },
  request_latency_p99_ms: { share: 0.99, samples: requests },
};

/** All rounds together: a round has too few streams for a percentile of its own. */
function toLatencyFigure(cells: readonly Cell[], id: LatencyFigureId, label: string): Figure {
  const { share, samples } = LATENCY_SOURCES[id];
  return toFigure(cells, id, label, (own) => {
    const value = percentile(
      own.flatMap(({ latencies }) => samples(latencies)),
      share,
    );
    return value === undefined ? [] : [value];
  });
}

function eventsPerChunk({ latencies, units }: Cell): number[] {
  return latencies.type === "streams" ? [units / latencies.pieces] : [];
}

/** @param toValues From the cells of one subject. */
function toFigure(
  cells: readonly Cell[],
  id: FigureId,
  label: string,
  toValues: (own: readonly Cell[]) => readonly number[],
): Figure {
  const values: Record<string, Spread> = {};
  for (const [subject, own] of Map.groupBy(cells, (cell) => cell.subject)) {
    const spread = toSpread(toValues(own));
    if (spread !== undefined) values[subject] = spread;
  }
  return { id, label, values, comparison: undefined };
}
