import type { Pricing } from "./settlement.ts";

/** A wire protocol. Several providers share one. */
export type DialectName = "openai-chat";

/**
 * One model behind one base URL with one credential: the unit of picking, health and limits.
 */
export interface Deployment {
  /** `provider/upstreamModel`, unique within its route: a bounded metric label and a log field. */
  readonly id: string;
  /** Name of the provider in the configuration. */
  readonly provider: string;
  readonly dialect: DialectName;
  /** Without a trailing slash, e.g. `http://10.0.0.5:8000/v1`. */
  readonly baseUrl: string;
  /** Secret. `undefined` for a server that asks for none. */
  readonly apiKey: string | undefined;
  /** The model name that we send. */
  readonly upstreamModel: string;
  /**
   * What its streams are asked to report: `last`, the usage in one more event at the end
   * (`stream_options.include_usage`); `continuous`, in every event too (vLLM's
   * `continuous_usage_stats`); `off` for a server that refuses to be asked.
   */
  readonly streamUsage: "off" | "last" | "continuous";
  /** Lower tiers are tried first. */
  readonly tier: number;
  /** Share of the traffic within a tier; a positive integer. */
  readonly weight: number;
}

/** How long a request may take in each phase; all in milliseconds. */
export interface Deadlines {
  /** For a connection to open; and before that, for one of our own where all are in use. */
  readonly connectMs: number;
  /** From an attempt's start until the first content of a stream. */
  readonly firstTokenMs: number;
  /**
   * Between two content events of a stream, or two frames of a whole answer. Comments and empty deltas
   * are no sign of life.
   */
  readonly stallMs: number;
  /** From the request's start to its end, all attempts included. */
  readonly totalMs: number;
  /** For how long a client may take nothing of what is written to it. */
  readonly clientStallMs: number;
}

/** A public model name and where it may be served, in configuration order. */
export interface Route {
  readonly model: string;
  readonly aliases: readonly string[];
  readonly deadlines: Deadlines;
  /**
   * For how long the status line of a stream waits for the first event before comments are sent
   * instead, and how far apart they are, ms; `undefined` to wait as long as it takes.
   */
  readonly heartbeatMs: number | undefined;
  /** `undefined` for a model that costs nothing, or whose price nobody has said. */
  readonly pricing: Pricing | undefined;
  readonly deployments: readonly [Deployment, ...Deployment[]];
}
