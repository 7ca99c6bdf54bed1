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
import type { Settlement } from "./settlement.ts";
import type { Usage } from "./usage.ts";

/** How one exchange with one deployment ended. `abandoned`: we let go of it (client gone, shutdown). */
export type AttemptResult =
  | { readonly type: "answered" }
  | { readonly type: "failed"; readonly code: ErrorCode }
  | { readonly type: "abandoned" };

export interface AttemptFacts {
  /** See `request_start`. */
  readonly requestNumber: number;
  readonly requestId: string;
  /** From 1. */
  readonly attempt: number;
  readonly operation: OperationName;
  /** Public model name. */
  readonly model: string;
  readonly provider: string;
  readonly deploymentId: string;
}

/** When an attempt came how far, ms since its start; `undefined` for where it did not get to. */
export interface AttemptTiming {
  /** It had a connection, and the request was on its way. */
  readonly sentMs: number | undefined;
  /** The head of the answer was read. */
  readonly headMs: number | undefined;
  /** The first content of a stream was read. */
  readonly firstContentMs: number | undefined;
}

/** The attempt that failed, for which there was another. */
export interface FailedAttempt {
  readonly code: ErrorCode;
  readonly durationMs: number;
}

/** How much content a stream has had. */
export interface ContentAmount {
  /** Events that carried content. */
  readonly chunks: number;
  /**
   * Bytes of text, reasoning, refusals and tool calls in them. Most are counted as they stand in JSON, where
   * a line end takes two bytes.
   */
  readonly textBytes: number;
}

/** What the content of a stream looked like in time. */
export interface StreamReport extends ContentAmount {
  /** From `request_start` to the first content handed to the client; `undefined` without content. */
  readonly firstChunkMs: number | undefined;
  /** What came behind the last report of output tokens; all of it without one. */
  readonly unreported: ContentAmount;
  /** It has come to the end that it announced, so that what it reported of its usage is the last word. */
  readonly isWhole: boolean;
  /** Longest silence between two neighbouring chunks; 0 with fewer than two. */
  readonly gapMsMax: number;
  /** For how long the upstream was held back because the client read too slowly. */
  readonly blockedMs: number;
}

/** What the gateway itself took; `undefined` for what there was not. */
export interface OwnTime {
  /** From the start to the first attempt, without the time in which the client's body was awaited. */
  readonly beforeUpstreamMs: number | undefined;
  /**
   * From the moment in which the first content of a stream or the last byte of a whole answer was read to
   * that in which it had been handed on.
   */
  readonly afterUpstreamMs: number | undefined;
}

/** What is known about a request when it is over. What was not learned is `undefined`. */
export interface EndedRequest {
  /** See `request_start`. */
  readonly requestNumber: number;
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
  /** Whether that is a stream of tokens, whose content is read: what is promised of first tokens is about it. */
  readonly isMetered: boolean;
  /** Of the request body; 0 when it was not read. */
  readonly requestBytes: number;
  /** Of the body of a whole answer; `undefined` without one. */
  readonly answerBytes: number | undefined;
  /** `undefined` for an answer that was not streamed. */
  readonly stream: StreamReport | undefined;
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  readonly ownTime: OwnTime;
}

/** Everything about a request: what is known, and what follows for those who pay. */
export interface RequestReport extends EndedRequest {
  /** Of a request for inference under a valid key; `undefined` for others. */
  readonly settlement: Settlement | undefined;
}

export type RequestEvent =
  | {
      readonly type: "request_start";
      /** Unique in this gateway, which an id is not that a client may choose. */
      readonly requestNumber: number;
      readonly requestId: string;
      readonly endpoint: EndpointName;
      /** The client's `traceparent` and `tracestate`, as far as they are valid W3C trace context. */
      readonly trace: TraceHeaders;
    }
  | ({
      readonly type: "attempt_start";
      readonly retryOf: FailedAttempt | undefined;
    } & AttemptFacts)
  | ({
      readonly type: "attempt_end";
      readonly durationMs: number;
      readonly timing: AttemptTiming;
      /** How often the request was sent again because a kept connection was lost: 0 or 1. */
      readonly resends: number;
      readonly result: AttemptResult;
    } & AttemptFacts)
  | ({ readonly type: "chunk_first"; readonly firstChunkMs: number } & AttemptFacts)
  | { readonly type: "request_end"; readonly report: RequestReport };

/** Port: subscribers to the life of requests. Called synchronously; must not throw. */
export interface RequestObserver {
  observe(event: RequestEvent): void;
  /** Warm: once per stream, so that the hot path calls something that has no labels left to find. */
  streamRecorder(attempt: AttemptFacts): StreamRecorder;
  /**
   * Warm: the headers by which the upstream continues the trace. After `attempt_start`.
   *
   * @param trace The client's own.
   */
  traceHeaders(attempt: AttemptFacts, trace: TraceHeaders): TraceHeaders;
}

/** `traceparent` and `tracestate`; empty without a trace. Source: W3C Trace Context. */
export type TraceHeaders = Readonly<Record<string, string>>;

/** Hot. */
export interface StreamRecorder {
  /**
   * Once per chunk after the first.
   *
   * @param gapMs Silence since the chunk before, ≥ 0.
   * @param tokens That the chunk holds, ≥ 1; 1 where the upstream does not tell.
   */
  recordGap(gapMs: number, tokens: number): void;
  /**
   * Once per read from the upstream that let something go.
   *
   * @param delayMs From the read to when what was whole had been handed on, ≥ 0.
   */
  recordDelay(delayMs: number): void;
}
