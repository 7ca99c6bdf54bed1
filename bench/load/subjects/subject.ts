/**
 * What stands between the load and the mock while it is measured. Another gateway is another file
 * here: start it, say where it listens, which processes are its own and how it calls the scenarios.
 */
import type { Address } from "../http-connection.ts";
import type { Processes } from "../processes.ts";
import type { Scenario } from "../scenario.ts";

/** Subjects that others are compared with. */
export const NGINX = "nginx";
export const GATEWAY = "slipstream";
/** The gateway without what looks on. */
export const BARE = "bare";

export interface Subject {
  readonly name: string;
  readonly address: Address;
  /** Roots of its process trees; their CPU time is its cost. None for the direct connection. */
  readonly pids: readonly number[];
  /** Sent with every request, such as a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** The model name to ask it for, so that the mock plays the scenario. */
  modelOf(scenario: Scenario): string;
}

/** What a subject may build on. */
export interface Stage {
  readonly processes: Processes;
  /** For configuration, data and logs; removed after the run. */
  readonly folder: string;
  readonly mock: Address;
  readonly scenarios: readonly Scenario[];
}

export type StartSubject = (stage: Stage) => Promise<Subject>;
