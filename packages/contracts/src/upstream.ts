/**
 * Port: one HTTP exchange with one deployment, pushed to a sink.
 *
 * Push rather than an async iterator, because an iterator costs a promise per frame and the frames
 * are the hot path. An answer is not a failure: a 429 or a 500 arrives as headers with its status,
 * because the caller decides what it means. Only the absence of an answer is an error.
 */
import type { Deployment } from "./deployment.ts";
import type { GatewayError } from "./errors.ts";

export interface UpstreamRequest {
  readonly deployment: Deployment;
  /** Appended to the base URL, e.g. `/chat/completions`. */
  readonly path: string;
  /** Exactly as it goes on the wire; the adapter does not re-encode it. */
  readonly body: Uint8Array | StreamedBody;
  /** Names in lower case. The adapter adds host, length and the deployment's credential. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A body that is sent while it still arrives. */
export interface StreamedBody {
  /** Length; `undefined` when it is not known before the end. */
  readonly bytes: number | undefined;
  /**
   * Asked for at the pace in which the upstream reads, and not before there is a connection. A
   * `GatewayError` that it throws ends the exchange, and the sink is told of that error.
   */
  readonly frames: AsyncIterable<Uint8Array>;
}

export interface UpstreamHead {
  /** 200–599, untouched. */
  readonly status: number;
  /** Names in lower case; of a repeated header the first value. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Receives one exchange: `opening` and `sent` at most once each, then either `head` or `failed`, once. Only
 * `opening` may come before `send` has returned.
 *
 * What a sink throws is a fault of ours: it ends that exchange, and its sink is told `failed` with
 * `internal_error`, also when it threw in `end`.
 */
export interface UpstreamSink {
  /**
   * A new connection is opened for it. Until then, or until `sent`, it waits for one of those that we have,
   * and the upstream has no part in that.
   */
  opening(): void;
  /** It has a connection and the request is on its way. */
  sent(): void;
  /**
   * After `sent`, at most once: a kept connection was lost before anything of an answer had come, and the
   * request is on its way on another one.
   */
  sentAgain(): void;
  /** @returns who receives the body that follows. */
  head(head: UpstreamHead): BodySink;
  /**
   * No answer came: `upstream_unreachable`, `upstream_invalid_response`, `internal_error`, what a streamed
   * request body threw, or `overloaded` where too many wait for a connection. Not called after `abort`.
   */
  failed(error: GatewayError): void;
}

/** Receives a body: any number of `frame`, then `end` or `failed`, once. */
export interface BodySink {
  /**
   * Hot. Bytes as they arrived; valid for ever, never written to again. A small frame may be cut from a
   * larger piece of memory, which lives as long as it does: what is kept for long is better copied.
   */
  frame(frame: Buffer): void;
  end(): void;
  /**
   * The body broke off: `upstream_truncated`, `upstream_invalid_response` or `internal_error`. Not called
   * after `abort` or `keep`.
   */
  failed(error: GatewayError): void;
}

export interface UpstreamExchange {
  /** From the head on: stops reading from the upstream until `resume`; frames in flight may still arrive. */
  pause(): void;
  resume(): void;
  /**
   * Ends the exchange at any phase, and closes its connection, also when the answer has ended; the sink hears
   * nothing more. After `keep` or `abort` it does nothing.
   */
  abort(): void;
  /**
   * Ends the exchange like `abort`, but its answer was good: its connection may carry another exchange, if all
   * of the answer has come. Without it a connection is not used again: behind what was no good answer the
   * proper one may still come, and would be taken for the answer to the next request.
   */
  keep(): void;
}

export interface Upstream {
  send(request: UpstreamRequest, sink: UpstreamSink): UpstreamExchange;
  /** Connections that are open or being opened. */
  readonly connections: number;
  /** Lets go of idle connections; running exchanges finish first. */
  close(): Promise<void>;
}
