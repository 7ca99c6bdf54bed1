/**
 * The life of one request: what has been learned about it, what has been sent, and its one end.
 *
 * Invariant: `request_start` once, `request_end` exactly once. The end is told when the client's side
 * is over, because only then is it known whether the answer went out: what has been *concluded* becomes
 * what *happened*, or a `client_abort`.
 */
import type {
  ClientListener,
  ClientRequest,
  ClientResponse,
  ResponseHeaders,
} from "@slipstream/contracts/client";
import type { Clock } from "@slipstream/contracts/clock";
import type { OperationName } from "@slipstream/contracts/endpoint";
import { toErrorEnvelope } from "@slipstream/contracts/error-envelope";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { Outcome } from "@slipstream/contracts/outcome";
import type { Pricing } from "@slipstream/contracts/settlement";
import type { Principal } from "@slipstream/contracts/principal";
import type {
  AttemptFacts,
  RequestObserver,
  RequestReport,
  StreamReport,
} from "@slipstream/contracts/request-events";
import type { Usage } from "@slipstream/contracts/usage";
import { settle } from "@slipstream/ledger/settle";
import { toInfoHeaders } from "./info-headers.ts";
import type { InfoHeaders } from "./info-headers.ts";
import type { OpenRequest, OpenRequests } from "./open-requests.ts";
import type { RunningTime } from "./running-time.ts";
import { bodyTimeout } from "./timeouts.ts";

/** Filled in as the request goes on; all of it ends in the report. */
export interface RequestFacts {
  operation: OperationName | undefined;
  principal: Principal | undefined;
  /** The last attempt. */
  attempt: AttemptFacts | undefined;
  model: string | undefined;
  pricing: Pricing | undefined;
  isStream: boolean;
  isMetered: boolean;
  requestBytes: number;
  answerBytes: number | undefined;
  stream: StreamReport | undefined;
  finishReason: string | undefined;
  usage: Usage | undefined;
}

/** Whoever is at work for the request while it is open. */
export interface RequestWorker {
  /** The client has had the whole answer; only the upstream's own end is missing. */
  readonly isDone: boolean;
  /** The client has taken what was written. */
  drained(): void;
  /** Looks whether one of its deadlines has passed. */
  sweep(time: RunningTime): void;
  /** Ends its work with this error, unless it is done. */
  interrupt(error: GatewayError): void;
  /** Nobody waits for the result any more. Leaves its last facts behind. */
  abandon(): void;
  /**
   * The client has left. Where the model has finished, nothing is saved by an abort, and the usage is still
   * to come: it is read, and the worker concludes as if there were a client.
   *
   * @returns false when there is nothing of the kind to wait for.
   */
  readOn(): boolean;
}

interface Ending {
  readonly outcome: Outcome;
  readonly error: GatewayError | undefined;
}

/** How the client's side ended before the answer had. */
type Departure = "client_abort" | "client_too_slow";

type Phase =
  | { readonly type: "open"; readonly worker: RequestWorker | undefined }
  /** Everything has been handed to the client's side; its close is awaited. */
  | { readonly type: "concluded"; readonly ending: Ending }
  /** The client has left, and the worker reads on for the usage. */
  | {
      readonly type: "left";
      readonly worker: RequestWorker;
      readonly delivery: Departure;
      readonly atMs: number;
    }
  | { readonly type: "over" };

export interface Exchange {
  readonly request: ClientRequest;
  readonly response: ClientResponse;
}

export interface RequestLifePorts {
  readonly clock: Clock;
  readonly observer: RequestObserver;
  readonly openRequests: OpenRequests;
  readonly infoHeaders: InfoHeaders;
}

const UNBUFFERED: ResponseHeaders = {
  "cache-control": "no-cache",
  // Tells nginx and those who follow it not to hold anything back.
  "x-accel-buffering": "no",
};
const STREAM_HEADERS: ResponseHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  ...UNBUFFERED,
};

/** How an answer was begun: in events, between which there is room for an error, or in bytes. */
type Beginning = "events" | "bytes";

/** A whole request, body included, ms. Ten megabytes at 3 Mbit/s. */
const ARRIVAL_MS = 30_000;

/**
 * For how long the usage is awaited that a client has not waited for, ms. It follows the finish reason at
 * once, or after a step of the server's scheduler.
 */
export const USAGE_WAIT_MS: number = 2000;

/** A client that takes nothing for this long is given up, while no model says otherwise. */
const CLIENT_STALL_MS = 60_000;

export class RequestLife implements ClientListener, OpenRequest {
  /** Unique in this gateway. */
  readonly number: number;
  readonly request: ClientRequest;
  readonly startMs: number;
  /** When the client last got a sign of life in place of an answer, or began to wait for one. */
  lastBeatAtMs: number;
  readonly facts: RequestFacts = {
    operation: undefined,
    principal: undefined,
    attempt: undefined,
    model: undefined,
    pricing: undefined,
    isStream: false,
    isMetered: false,
    requestBytes: 0,
    answerBytes: undefined,
    stream: undefined,
    finishReason: undefined,
    usage: undefined,
  };
  /** For the worker that streams a body; everybody else concludes. */
  readonly response: ClientResponse;
  readonly #clock: Clock;
  readonly #observer: RequestObserver;
  readonly #openRequests: OpenRequests;
  readonly #wantedHeaders: InfoHeaders;
  /** ms; see `Deadlines`. */
  clientStallMs: number = CLIENT_STALL_MS;
  /** What the client had not taken at the last sweep, and since when it has taken nothing. */
  #pendingBytes = 0;
  #pendingSinceMs = 0;
  #phase: Phase = { type: "open", worker: undefined };
  #awaitedClientMs = 0;
  #beforeUpstreamMs: number | undefined;
  #afterUpstreamMs: number | undefined;
  #status: number | undefined;
  #beginning: Beginning | undefined;

  constructor(ports: RequestLifePorts, { request, response }: Exchange) {
    this.request = request;
    this.response = response;
    this.#clock = ports.clock;
    this.#observer = ports.observer;
    this.#openRequests = ports.openRequests;
    this.#wantedHeaders = ports.infoHeaders;
    this.startMs = ports.clock.nowMs();
    this.lastBeatAtMs = this.startMs;
    this.number = this.#openRequests.add(this);
    const { requestId, endpoint, trace } = request;
    const requestNumber = this.number;
    this.#observer.observe({ type: "request_start", requestNumber, requestId, endpoint, trace });
    this.response.listen(this);
  }

  /** Whether something may still be sent. */
  get isOpen(): boolean {
    return this.#phase.type === "open";
  }

  /** Waits for bytes of the client, which is none of our own time. */
  async awaitClient<Arrived>(arrival: Promise<Arrived>): Promise<Arrived> {
    const sinceMs = this.#clock.nowMs();
    const arrived = await arrival;
    this.#awaitedClientMs = this.#clock.nowMs() - sinceMs;
    return arrived;
  }

  /** An attempt begins: what was before the first one was our own time. */
  leaveToUpstream(): void {
    this.#beforeUpstreamMs ??= this.#clock.nowMs() - this.startMs - this.#awaitedClientMs;
  }

  /** What was read from the upstream at that moment has just been handed on. */
  returnFromUpstream(readAtMs: number): void {
    this.#afterUpstreamMs = this.#clock.nowMs() - readAtMs;
  }

  /** The worker hears of the client until the next one takes over. Only while open. */
  assign(worker: RequestWorker): void {
    if (this.#phase.type === "open") this.#phase = { type: "open", worker };
  }

  /** A whole answer. */
  answer(status: number, headers: ResponseHeaders, body: Uint8Array): void {
    if (!this.#conclude({ outcome: "complete", error: undefined })) return;
    this.#send(status, headers, body);
  }

  /**
   * The status line of an event stream, unless it was sent before. What follows is written by the worker,
   * straight to the client.
   */
  startStream(): void {
    if (this.#status === undefined) this.#start("events", STREAM_HEADERS);
  }

  /**
   * The status line of an answer that is not a stream of events, or not one that is read. Once.
   *
   * @param headers Its media type, and its length if that is known.
   */
  startBytes(headers: ResponseHeaders): void {
    this.#start("bytes", { ...UNBUFFERED, ...headers });
  }

  #start(beginning: Beginning, headers: ResponseHeaders): void {
    this.#beginning = beginning;
    this.#status = 200;
    this.response.start(200, { ...headers, ...this.#infoHeaders() });
  }

  completeStream(): void {
    if (this.#conclude({ outcome: "complete", error: undefined })) this.response.end();
  }

  /**
   * Tells the client of an error: with its own status while none was sent, else with an error event, where
   * there are events, and a close that no client can take for a good end.
   */
  fail(error: GatewayError): void {
    if (!this.#conclude({ outcome: error.spec.outcome, error })) return;
    const envelope = JSON.stringify(toErrorEnvelope(error));
    if (this.#status === undefined) {
      const headers = { ...error.headers, "content-type": "application/json; charset=utf-8" };
      this.#send(error.spec.status, headers, Buffer.from(envelope));
      return;
    }
    const hasEvents = this.#beginning === "events";
    this.response.cut(hasEvents ? Buffer.from(`data: ${envelope}\n\n`) : undefined);
  }

  interrupt(error: GatewayError): void {
    if (this.#phase.type === "left") this.#end(this.#phase.delivery);
    if (this.#phase.type !== "open") return;
    if (this.#phase.worker === undefined) this.fail(error);
    else this.#phase.worker.interrupt(error);
  }

  drained(): void {
    if (this.#phase.type === "open") this.#phase.worker?.drained();
  }

  closed(finished: boolean): void {
    const phase = this.#phase;
    const isComplete = phase.type === "open" ? phase.worker?.isDone === true : finished;
    if (isComplete) this.#end("complete");
    else this.#leave("client_abort");
  }

  #leave(delivery: Departure): void {
    const phase = this.#phase;
    if (phase.type === "left") return;
    if (phase.type !== "open" || phase.worker?.readOn() !== true) return this.#end(delivery);
    this.#phase = { type: "left", worker: phase.worker, delivery, atMs: this.#clock.nowMs() };
  }

  get heldBytes(): number {
    return this.response.pendingBytes;
  }

  sweep(time: RunningTime): void {
    if (this.#phase.type === "left") {
      if (time.hasPassed(this.#phase.atMs, USAGE_WAIT_MS)) this.#end(this.#phase.delivery);
    } else if (this.#hasClientStalled(time)) {
      this.#leave("client_too_slow");
      this.response.destroy();
    } else if (this.#phase.type === "open") {
      if (this.#phase.worker !== undefined) this.#phase.worker.sweep(time);
      else if (time.hasPassed(this.startMs, ARRIVAL_MS)) this.fail(bodyTimeout());
    }
  }

  /** A client that reads too slowly for its connection still takes something from time to time. */
  #hasClientStalled(time: RunningTime): boolean {
    const { pendingBytes } = this.response;
    if (pendingBytes === 0 || pendingBytes !== this.#pendingBytes) {
      this.#pendingBytes = pendingBytes;
      this.#pendingSinceMs = time.nowMs;
      return false;
    }
    return time.hasPassed(this.#pendingSinceMs, this.clientStallMs);
  }

  #conclude(ending: Ending): boolean {
    // Whatever came of it, this is how it was for the client.
    if (this.#phase.type === "left") this.#end(this.#phase.delivery);
    if (this.#phase.type !== "open") return false;
    const { worker } = this.#phase;
    this.#phase = { type: "concluded", ending };
    // Nothing is left to do for a worker that has concluded the request itself.
    worker?.abandon();
    return true;
  }

  #send(status: number, headers: ResponseHeaders, body: Uint8Array): void {
    this.#status = status;
    this.response.send(status, { ...headers, ...this.#infoHeaders() }, body);
  }

  /** What the gateway did for this answer; nothing when no deployment was tried. */
  #infoHeaders(): ResponseHeaders {
    const elapsedMs = this.#clock.nowMs() - this.startMs;
    return toInfoHeaders(this.#wantedHeaders, this.facts.attempt, elapsedMs);
  }

  /** @param delivery What became of the client's side; an error that it was told of goes before. */
  #end(delivery: "complete" | "client_abort" | "client_too_slow"): void {
    const phase = this.#phase;
    if (phase.type === "over") return;
    this.#phase = { type: "over" };
    this.#openRequests.delete(this);
    if (phase.type === "open" || phase.type === "left") phase.worker?.abandon();
    const isFailed = phase.type === "concluded" && phase.ending.outcome !== "complete";
    const ending = isFailed ? phase.ending : { outcome: delivery, error: undefined };
    this.#observer.observe({ type: "request_end", report: this.#toReport(ending) });
  }

  #toReport(ending: Ending): RequestReport {
    const { facts } = this;
    const { attempt } = facts;
    const ended = {
      requestNumber: this.number,
      requestId: this.request.requestId,
      endpoint: this.request.endpoint,
      operation: facts.operation,
      model: facts.model,
      principal: facts.principal,
      provider: attempt?.provider,
      deploymentId: attempt?.deploymentId,
      attempts: attempt?.attempt ?? 0,
      outcome: ending.outcome,
      errorCode: ending.error?.code,
      cause: ending.error?.cause,
      status: this.#status,
      durationMs: this.#clock.nowMs() - this.startMs,
      isStream: facts.isStream,
      isMetered: facts.isMetered,
      requestBytes: facts.requestBytes,
      answerBytes: facts.answerBytes,
      stream: facts.stream,
      finishReason: facts.finishReason,
      usage: facts.usage,
      ownTime: {
        beforeUpstreamMs: this.#beforeUpstreamMs,
        afterUpstreamMs: this.#afterUpstreamMs,
      },
    };
    return { ...ended, settlement: settle(ended, facts.pricing) };
  }
}
