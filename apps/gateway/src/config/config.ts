/**
 * The configuration as the gateway uses it: checked, complete and immutable.
 */
import type { Route } from "@slipstream/contracts/deployment";
import type { InfoHeaders } from "@slipstream/pipeline/info-headers";
import type { Load } from "@slipstream/pipeline/load";

export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface Config {
  /** The data plane: what clients call. */
  readonly server: ListenAddress & {
    readonly infoHeaders: InfoHeaders;
  };
  /** Health and metrics: what operators call. */
  readonly admin: ListenAddress;
  readonly drain: Drain;
  readonly limits: Limits;
  readonly store: { readonly url: string };
  readonly log: { readonly level: LogLevel };
  /** `undefined` where no traces are wanted. */
  readonly tracing: Tracing | undefined;
  readonly routes: readonly Route[];
}

export interface Tracing {
  /** Where OTLP over HTTP is taken. */
  readonly endpoint: string;
  /** Secret. Sent with every message to it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the traces that begin here; 0 to 1. */
  readonly sampleRatio: number;
  /** From here on a first token is late enough for a trace of its own, ms. */
  readonly slowFirstTokenMs: number;
}

/** Beyond these new requests are refused with `overloaded`. */
export interface Limits extends Load {
  /** Of clients. */
  readonly connections: number;
}

/** How the gateway ends; both in milliseconds. */
export interface Drain {
  /** For how long it still takes new requests while it already says that it is not ready. */
  readonly graceMs: number;
  /** After the grace: what running answers may take before they are told that it is over. */
  readonly deadlineMs: number;
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
