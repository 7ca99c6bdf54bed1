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
import type { Principal } from "@slipstream/contracts/principal";
import type {
  AttemptFacts,
  RequestObserver,
  RequestReport,
  StreamReport,
} from "@slipstream/contracts/request-events";
import type { Usage } from "@slipstream/contracts/usage";

/** Filled in as the request goes on; all of it ends in the report. */
export interface RequestFacts {
  operation: OperationName | undefined;
  principal: Principal | undefined;
  /** The last attempt. */
  attempt: AttemptFacts | undefined;
  model: string | undefined;
  stream: StreamReport | undefined;
  finishReason: string | undefined;
  usage: Usage | undefined;
}

/** Whoever is at work for the request while it is open. */
export interface RequestWorker {
  /** The client has taken what was written. */
  drained(): void;
  /** Nobody waits for the result any more. Leaves its last facts behind. */
  abandon(): void;
}

interface Ending {
  readonly outcome: Outcome;
  readonly error: GatewayError | undefined;
}

type Phase =
  | { readonly type: "open"; readonly worker: RequestWorker | undefined }
  /** Everything has been handed to the client's side; its close is awaited. */
  | { readonly type: "concluded"; readonly ending: Ending }
  | { readonly type: "over" };

export interface RequestLifeOptions {
  readonly request: ClientRequest;
  readonly response: ClientResponse;
  readonly clock: Clock;
  readonly observer: RequestObserver;
}

export class RequestLife implements ClientListener {
  readonly request: ClientRequest;
  readonly startMs: number;
  readonly facts: RequestFacts = {
    operation: undefined,
    principal: undefined,
    attempt: undefined,
    model: undefined,
    stream: undefined,
    finishReason: undefined,
    usage: undefined,
  };
  /** For the worker that streams a body; everybody else concludes. */
  readonly response: ClientResponse;
  readonly #clock: Clock;
  readonly #observer: RequestObserver;
  #phase: Phase = { type: "open", worker: undefined };
  #status: number | undefined;

  constructor(options: RequestLifeOptions) {
    this.request = options.request;
    this.response = options.response;
    this.#clock = options.clock;
    this.#observer = options.observer;
    this.startMs = options.clock.nowMs();
    const { requestId, endpoint } = options.request;
    this.#observer.observe({ type: "request_start", requestId, endpoint });
    this.response.listen(this);
  }

  /** Whether something may still be sent. */
  get isOpen(): boolean {
    return this.#phase.type === "open";
  }

  /** The worker hears of the client until the next one takes over. Only while open. */
  assign(worker: RequestWorker): void {
    if (this.#phase.type === "open") this.#phase = { type: "open", worker };
  }

  /** A whole answer. */
  answer(status: number, headers: ResponseHeaders, body: Uint8Array): void {
    if (!this.#conclude("complete", undefined)) return;
    this.#send(status, headers, body);
  }

  /** The status line of an answer whose body is written by the worker, straight to the client. */
  startStream(headers: ResponseHeaders): void {
    this.#status = 200;
    this.response.start(200, headers);
  }

  completeStream(): void {
    if (this.#conclude("complete", undefined)) this.response.end();
  }

  /**
   * Tells the client of an error: with its own status while none was sent, else with an error event and
   * a close that no client can take for a good end.
   */
  fail(error: GatewayError, outcome: Outcome): void {
    if (!this.#conclude(outcome, error)) return;
    const envelope = JSON.stringify(toErrorEnvelope(error));
    if (this.#status === undefined) {
      const headers = { ...error.headers, "content-type": "application/json; charset=utf-8" };
      this.#send(error.spec.status, headers, Buffer.from(envelope));
      return;
    }
    this.response.write(Buffer.from(`data: ${envelope}\n\n`));
    this.response.cut();
  }

  drained(): void {
    if (this.#phase.type === "open") this.#phase.worker?.drained();
  }

  closed(finished: boolean): void {
    const phase = this.#phase;
    if (phase.type === "over") return;
    this.#phase = { type: "over" };
    if (phase.type === "open") {
      phase.worker?.abandon();
      this.#end({ outcome: "client_abort", error: undefined });
      return;
    }
    const isLost = phase.ending.outcome === "complete" && !finished;
    this.#end(isLost ? { outcome: "client_abort", error: undefined } : phase.ending);
  }

  #conclude(outcome: Outcome, error: GatewayError | undefined): boolean {
    if (this.#phase.type !== "open") return false;
    this.#phase = { type: "concluded", ending: { outcome, error } };
    return true;
  }

  #send(status: number, headers: ResponseHeaders, body: Uint8Array): void {
    this.#status = status;
    this.response.send(status, headers, body);
  }

  #end(ending: Ending): void {
    this.#observer.observe({ type: "request_end", report: this.#toReport(ending) });
  }

  #toReport(ending: Ending): RequestReport {
    const { attempt, ...facts } = this.facts;
    return {
      ...facts,
      requestId: this.request.requestId,
      endpoint: this.request.endpoint,
      provider: attempt?.provider,
      deploymentId: attempt?.deploymentId,
      attempts: attempt?.attempt ?? 0,
      outcome: ending.outcome,
      errorCode: ending.error?.code,
      cause: ending.error?.cause,
      status: this.#status,
      durationMs: this.#clock.nowMs() - this.startMs,
    };
  }
}
