/** One cell of the run: one scenario through one subject, once. */
import { InvalidRun } from "./invalid-run.ts";
import { loadArrivals, loadRequests, loadStreams } from "./load-generator.ts";
import type { Target } from "./load-generator.ts";
import type { MeasuredWindow } from "./measured-window.ts";
import type { Mock } from "./mock-process.ts";
import type { Plan } from "./plan.ts";
import type { Pinning } from "./pinning.ts";
import { readCoreBusyMs, readCpuMs, readMemoryBytes } from "./process-cpu.ts";
import type { CpuClock } from "./process-cpu.ts";
import { plannedUnits } from "./scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { StreamLoad } from "./stream-tally.ts";
import type { Subject } from "./subjects/subject.ts";

/** Streams and requests are both told by these; `units` are events or answers in the window. */
export interface Cell {
  /** Its name. */
  readonly scenario: string;
  readonly subject: string;
  readonly windowMs: number;
  readonly units: number;
  /** CPU time of the subject in the window. */
  readonly cpuMs: number;
  /** The same of the mock and of the load generator, which no subject is charged for. */
  readonly mockCpuMs: number;
  readonly loadCpuMs: number;
  /** What others did on the subject's core in the window, in ticks; `undefined` when it has none for itself. */
  readonly foreignCpuMs: number | undefined;
  /** At the end of the window. */
  readonly memoryBytes: number;
  readonly latencies: Latencies;
}

/** Samples as the client took them, ms. */
export type Latencies =
  | {
      readonly type: "streams";
      readonly firstChunkMs: readonly number[];
      readonly gapMs: readonly number[];
      readonly latenessMs: readonly number[];
      /** HTTP chunks that brought the events. */
      readonly pieces: number;
    }
  | { readonly type: "requests"; readonly latencyMs: readonly number[] };

export interface Bench {
  readonly plan: Plan;
  readonly mock: Mock;
  readonly pinning: Pinning;
  readonly clock: CpuClock;
}

/**
 * @param isAlone Nobody else is measured at the same time.
 * @throws {InvalidRun} when an answer was wrong or the load did not come as planned.
 */
export async function measure(
  bench: Bench,
  subject: Subject,
  { scenario, isAlone }: { readonly scenario: Scenario; readonly isAlone: boolean },
): Promise<Cell> {
  const stopwatch = new Stopwatch(bench, subject, isAlone && bench.pinning.type === "pinned");
  try {
    const target = toTarget(subject, scenario);
    const { begun, units, latencies } = await play(target, scenario, stopwatch);
    requireLoad(bench.plan, scenario, { begun, units, windowMs: stopwatch.windowMs });
    return {
      scenario: scenario.name,
      subject: subject.name,
      units,
      latencies,
      ...stopwatch.result,
    };
  } catch (error) {
    if (!(error instanceof InvalidRun)) throw error;
    throw new InvalidRun(`${scenario.name} through ${subject.name}: ${error.message}`);
  }
}

type Played = Pick<Cell, "units" | "latencies"> & { readonly begun: number };

async function play(target: Target, scenario: Scenario, window: MeasuredWindow): Promise<Played> {
  const { traffic } = scenario;
  switch (traffic.type) {
    case "streams":
      return ofStreams(await loadStreams(target, { scenario, shape: traffic }, window));
    case "arrivals":
      return ofStreams(await loadArrivals(target, { scenario, shape: traffic }, window));
    case "requests": {
      const load = await loadRequests(target, { scenario, shape: traffic }, window);
      const { answers, latencyMs } = load;
      return { begun: 0, units: answers, latencies: { type: "requests", latencyMs } };
    }
  }
}

function ofStreams(load: StreamLoad): Played {
  const { begun, events, firstChunkMs, gapMs, latenessMs, pieces } = load;
  const latencies = { type: "streams", firstChunkMs, gapMs, latenessMs, pieces } as const;
  return { begun, units: events, latencies };
}

export function toTarget(subject: Subject, scenario: Scenario): Target {
  const { address, path, headers } = subject;
  return { address, path, headers, model: subject.modelOf(scenario) };
}

function requireLoad(
  { loadShareMin }: Plan,
  scenario: Scenario,
  {
    begun,
    units,
    windowMs,
  }: { readonly begun: number; readonly units: number; readonly windowMs: number },
): void {
  if (scenario.load === "excessive") return;
  const { traffic } = scenario;
  if (traffic.type === "streams" && begun < traffic.streams * loadShareMin) {
    throw new InvalidRun(`only ${begun} of ${traffic.streams} streams ran when the window opened`);
  }
  const planned = plannedUnits(scenario, windowMs);
  if (units >= planned * loadShareMin) return;
  throw new InvalidRun(
    `only ${units} of ${Math.round(planned)} came in time: it is too slow, or the machine too busy`,
  );
}

interface Readings {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly mockCpuMs: number;
  readonly loadCpuMs: number;
  readonly coreBusyMs: number;
}

/** Reads every clock at both ends of the window. */
class Stopwatch implements MeasuredWindow {
  readonly #bench: Bench;
  readonly #subject: Subject;
  readonly #isAlone: boolean;
  #opened: Readings | undefined;
  #closed: Readings | undefined;
  #memoryBytes = 0;

  /** @param isAlone Its core is the subject's alone. */
  constructor(bench: Bench, subject: Subject, isAlone: boolean) {
    this.#bench = bench;
    this.#subject = subject;
    this.#isAlone = isAlone;
  }

  open(): void {
    this.#opened = this.#read();
  }

  close(): void {
    this.#closed = this.#read();
    this.#memoryBytes = readMemoryBytes(this.#subject.pids);
  }

  get windowMs(): number {
    return this.#between("atMs");
  }

  get result(): Omit<Cell, "scenario" | "subject" | "units" | "latencies"> {
    const cpuMs = this.#between("cpuMs");
    return {
      windowMs: this.windowMs,
      cpuMs,
      mockCpuMs: this.#between("mockCpuMs"),
      loadCpuMs: this.#between("loadCpuMs"),
      foreignCpuMs: this.#isAlone ? Math.max(0, this.#between("coreBusyMs") - cpuMs) : undefined,
      memoryBytes: this.#memoryBytes,
    };
  }

  #between(reading: keyof Readings): number {
    return (this.#closed?.[reading] ?? 0) - (this.#opened?.[reading] ?? 0);
  }

  #read(): Readings {
    const { clock, mock, pinning } = this.#bench;
    const { user, system } = process.cpuUsage();
    return {
      atMs: performance.now(),
      cpuMs: readCpuMs(this.#subject.pids, clock),
      mockCpuMs: readCpuMs([mock.pid], clock),
      loadCpuMs: (user + system) / 1000,
      coreBusyMs: pinning.type === "pinned" ? readCoreBusyMs(pinning.cores.subject) : 0,
    };
  }
}
