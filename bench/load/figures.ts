/** From cells to the figures that people read. */
import { checkLimit } from "./limit.ts";
import type { LimitCheck } from "./limit.ts";
import type { Cell, Latencies } from "./measure.ts";
import { isStreamed } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import { pairRatios, percentile, toSpread } from "./statistics.ts";
import type { Spread } from "./statistics.ts";
import { DIRECT, GATEWAY } from "./subjects/subject.ts";

export interface Figure {
  /** With its unit, unique within its scenario. */
  readonly id: string;
  /** Name of the scenario. */
  readonly scenario: string;
  readonly label: string;
  /** By subject: over the rounds for what has one value per round, else of all samples. */
  readonly values: Readonly<Record<string, Spread>>;
  readonly comparison: Comparison | undefined;
  /** Of another promise. Results of runs before there were any have none. */
  readonly limit: LimitCheck | undefined;
}

/** Of neighbouring rounds of the gateway and another subject. */
interface Comparison {
  readonly ratio: Spread;
  /** `undefined` where there is none. */
  readonly budget: number | undefined;
  readonly isMet: boolean;
}

export function toFigures(scenarios: readonly Scenario[], cells: readonly Cell[]): Figure[] {
  return scenarios.flatMap((scenario) =>
    toScenarioFigures(
      scenario,
      cells.filter((cell) => cell.scenario === scenario.name),
    ),
  );
}

function toScenarioFigures(scenario: Scenario, cells: readonly Cell[]): Figure[] {
  const isStreams = isStreamed(scenario);
  const toFigure = ({ id, label, ...row }: FigureRow): Figure => {
    const values = toValues(cells, row.toValues);
    const limit = scenario.limits.find(({ figure }) => figure === id);
    return {
      id,
      scenario: scenario.name,
      label,
      values,
      comparison: undefined,
      limit: limit && checkLimit(limit, values),
    };
  };
  const cpu = toFigure({
    id: isStreams ? "event_cpu_us" : "request_cpu_us",
    label: isStreams ? "CPU per event, µs" : "CPU per request, µs",
    toValues: (own) => own.map(cpuUsPerUnit),
  });
  return [
    { ...cpu, comparison: compare(scenario, cells) },
    ...(isStreams ? STREAM_ROWS : REQUEST_ROWS).map(toFigure),
    toFigure(CORE_ROW),
    toFigure(LOAD_CORE_ROW),
    toFigure(MEMORY_ROW),
  ];
}

/** µs of the subject's CPU time per unit; of mock and load together where there is no subject. */
export function cpuUsPerUnit(cell: Cell): number {
  const isDirect = cell.subject === DIRECT;
  return ((isDirect ? cell.mockCpuMs + cell.loadCpuMs : cell.cpuMs) * 1000) / cell.units;
}

/** @returns the ratios of neighbouring cells of the gateway and of that with which it is compared. */
export function toRatios({ comparison }: Scenario, cells: readonly Cell[]): number[] {
  const [gateway = [], others = []] = [GATEWAY, comparison.with].map((name) =>
    cells.filter((cell) => cell.subject === name).map((cell) => cpuUsPerUnit(cell)),
  );
  return pairRatios(gateway, others);
}

function compare(scenario: Scenario, cells: readonly Cell[]): Comparison | undefined {
  const { budget } = scenario.comparison;
  const ratio = toSpread(toRatios(scenario, cells));
  return ratio && { ratio, budget, isMet: budget === undefined || ratio.median <= budget };
}

interface FigureRow {
  readonly id: string;
  readonly label: string;
  /** From the cells of one subject. */
  readonly toValues: (own: readonly Cell[]) => readonly number[];
}

type Samples = (latencies: Latencies) => readonly number[];

const firstChunks: Samples = (latencies) =>
  latencies.type === "streams" ? latencies.firstChunkMs : [];
const gaps: Samples = (latencies) => (latencies.type === "streams" ? latencies.gapMs : []);
const lateness: Samples = (latencies) => (latencies.type === "streams" ? latencies.latenessMs : []);
const requests: Samples = (latencies) => (latencies.type === "requests" ? latencies.latencyMs : []);

const STREAM_ROWS: readonly FigureRow[] = [
  {
    id: "events_per_second",
    label: "events per second",
    toValues: (own) => own.map(({ units, windowMs }) => (units * 1000) / windowMs),
  },
  toPercentileRow("first_chunk_p50_ms", "first chunk p50, ms", {
    share: 0.5,
    samples: firstChunks,
  }),
  toPercentileRow("first_chunk_p99_ms", "first chunk p99, ms", {
    share: 0.99,
    samples: firstChunks,
  }),
  toPercentileRow("event_gap_p99_ms", "event to event p99, ms", { share: 0.99, samples: gaps }),
  toPercentileRow("event_late_p50_ms", "event late by p50, ms", { share: 0.5, samples: lateness }),
  toPercentileRow("event_late_p99_ms", "event late by p99, ms", { share: 0.99, samples: lateness }),
  {
    id: "events_per_http_chunk",
    label: "events per HTTP chunk",
    toValues: (own) => own.flatMap(eventsPerChunk),
  },
];

const REQUEST_ROWS: readonly FigureRow[] = [
  toPercentileRow("request_p50_ms", "request p50, ms", { share: 0.5, samples: requests }),
  toPercentileRow("request_p99_ms", "request p99, ms", { share: 0.99, samples: requests }),
];

/** Near 100 the load is at its own limit, and a proxy's is not known. */
const LOAD_CORE_ROW: FigureRow = {
  id: "load_core_percent",
  label: "of the load's core, %",
  toValues: (own) =>
    own.map(({ mockCpuMs, loadCpuMs, windowMs }) => ((mockCpuMs + loadCpuMs) * 100) / windowMs),
};

const CORE_ROW: FigureRow = {
  id: "core_percent",
  label: "of its core, %",
  toValues: (own) =>
    own.filter(({ cpuMs }) => cpuMs > 0).map(({ cpuMs, windowMs }) => (cpuMs * 100) / windowMs),
};

const MEMORY_ROW: FigureRow = {
  id: "memory_mib",
  label: "memory, MiB",
  toValues: (own) =>
    own
      .filter(({ memoryBytes }) => memoryBytes > 0)
      .map(({ memoryBytes }) => memoryBytes / 2 ** 20),
};

/** All rounds together: a round has too few streams for a percentile of its own. */
function toPercentileRow(
  id: string,
  label: string,
  { share, samples }: { readonly share: number; readonly samples: Samples },
): FigureRow {
  return {
    id,
    label,
    toValues: (own) => {
      const all = own.flatMap(({ latencies }) => samples(latencies));
      const value = percentile(all, share);
      return value === undefined ? [] : [value];
    },
  };
}

function eventsPerChunk({ latencies, units }: Cell): number[] {
  return latencies.type === "streams" ? [units / latencies.pieces] : [];
}

function toValues(
  cells: readonly Cell[],
  toNumbers: FigureRow["toValues"],
): Readonly<Record<string, Spread>> {
  const values: Record<string, Spread> = {};
  for (const [subject, own] of Map.groupBy(cells, (cell) => cell.subject)) {
    const spread = toSpread(toNumbers(own));
    if (spread !== undefined) values[subject] = spread;
  }
  return values;
}
