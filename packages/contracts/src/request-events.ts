/**
 * The one event stream. The pipeline tells one synchronous observer what happens to a request;
 * metrics, spans, logs and usage records are its subscribers.
 *
 * Invariant: every `request_start` is followed by exactly one `request_end`, whatever happens.
 */
import type { EndpointName, OperationName } from "./endpoint.ts";
import type { ErrorCode } from "./errors.ts";
import type { Outcome } from "./outcome.ts";
import type { Principal } from "./principal.ts";
import type { Usage } from "./usage.ts";

/** How one exchange with one deployment ended. `abandoned`: we let go of it (client gone, shutdown). */
export type AttemptResult =
  | { readonly type: "answered" }
  | { readonly type: "failed"; readonly code: ErrorCode }
  | { readonly type: "abandoned" };

export interface AttemptFacts {
  readonly requestId: string;
  /** From 1. */
  readonly attempt: number;
  readonly operation: OperationName;
  /** Public model name. */
  readonly model: string;
  readonly provider: string;
  readonly deploymentId: string;
}

/** What the content of a stream looked like in time. */
export interface StreamReport {
  /** From `request_start` to the first content handed to the client; `undefined` without content. */
  readonly firstChunkMs: number | undefined;
  /** Events that carried content. */
  readonly chunks: number;
  /** Longest silence between two neighbouring chunks; 0 with fewer than two. */
  readonly gapMsMax: number;
}

/** Everything known about a request when it is over. What was not learned is `undefined`. */
export interface RequestReport {
  readonly requestId: string;
  readonly endpoint: EndpointName;
  readonly operation: OperationName | undefined;
  /** A public model name of the configuration: bounded whatever clients send. */
  readonly model: string | undefined;
  readonly principal: Principal | undefined;
  /** The last deployment that was tried. */
  readonly provider: string | undefined;
  readonly deploymentId: string | undefined;
  readonly attempts: number;
  readonly outcome: Outcome;
  /** Set when the client was told of an error, in the status line or inside the stream. */
  readonly errorCode: ErrorCode | undefined;
  /** For the log only: the chain of causes. */
  readonly cause: unknown;
  /** HTTP status as sent; `undefined` when the client left before there was one. */
  readonly status: number | undefined;
  readonly durationMs: number;
  /** Whether the client asked for a stream, as far as that was learned. */
  readonly isStream: boolean;
  /** Of the request body; 0 when it was not read. */
  readonly requestBytes: number;
  /** Of the body of a whole answer; `undefined` without one. */
  readonly answerBytes: number | undefined;
  /** `undefined` for an answer that was not streamed. */
  readonly stream: StreamReport | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
}

export type RequestEvent =
  | {
      readonly type: "request_start";
      readonly requestId: string;
      readonly endpoint: EndpointName;
    }
  | ({ readonly type: "attempt_start" } & AttemptFacts)
  | ({
      readonly type: "attempt_end";
      readonly durationMs: number;
      readonly result: AttemptResult;
    } & AttemptFacts)
  | ({ readonly type: "chunk_first"; readonly firstChunkMs: number } & AttemptFacts)
  | { readonly type: "request_end"; readonly report: RequestReport };

/** Port: subscribers to the life of requests. Called synchronously; must not throw. */
export interface RequestObserver {
  observe(event: RequestEvent): void;
  /** Warm: once per stream, so that the hot path calls something that has no labels left to find. */
  gapRecorder(attempt: AttemptFacts): GapRecorder;
}

/** Hot: called once per chunk after the first. */
export interface GapRecorder {
  /** @param gapMs Silence since the chunk before, ≥ 0. */
  recordGap(gapMs: number): void;
}
