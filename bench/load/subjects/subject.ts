/**
 * What stands between the load and the mock while it is measured. Another gateway needs no code:
 * `peer.ts` takes it from a file.
 */
import type { Address } from "../http-connection.ts";
import type { Processes } from "../processes.ts";
import type { Scenario } from "../scenario.ts";

/** Nothing in between. */
export const DIRECT = "direct";
export const NGINX = "nginx";
export const GATEWAY = "slipstream";
/** The gateway without what looks on. */
export const BARE = "bare";
/** The gateway of another revision. */
export const BASE = "base";
/** In the order of columns; guests stand behind them. */
export const SUBJECTS: readonly string[] = [DIRECT, NGINX, GATEWAY, BARE, BASE];
/** Those that run only beside the gateway, at the same time. */
export const BESIDE_ONLY: readonly string[] = [BARE, BASE];

export interface Subject {
  readonly name: string;
  readonly address: Address;
  /** Of the endpoint for chat completions, e.g. `/v1/chat/completions`. */
  readonly path: string;
  /** `performance.now()` when its process was started; `undefined` when somebody else has. */
  readonly startedMs: number | undefined;
  /** Roots of its process trees; their CPU time is its cost. None for the direct connection. */
  readonly pids: readonly number[];
  /** Sent with every request, such as a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** What becomes of the run when it fails: of ours it is the end, of a guest a gap in a column. */
  readonly failure: "ends_run" | "leaves_gap";
  /** The model name to ask it for, so that the mock plays the scenario. */
  modelOf(scenario: Scenario): string;
}

/** Where it is unless a gateway has its own idea. */
export const COMPLETIONS_PATH = "/v1/chat/completions";

/** What a subject may build on. */
export interface Stage {
  readonly processes: Processes;
  /** For configuration, data and logs; removed after the run. */
  readonly folder: string;
  readonly mock: Address;
  /** Takes OTLP over HTTP. */
  readonly collector: Address;
  readonly scenarios: readonly Scenario[];
}

export type StartSubject = (stage: Stage) => Promise<Subject>;

/** @param measured Names, as often as they come. @returns each once, in the order of columns. */
export function toColumns(measured: readonly string[]): string[] {
  const names = new Set(measured);
  return [...SUBJECTS.filter((name) => names.has(name)), ...names.difference(new Set(SUBJECTS))];
}
