/**
 * One exchange with one deployment, from the first byte out to the last byte in.
 *
 * It ends in one of three ways: `failed` before anything was sent to the client, so that another
 * deployment may be tried; `concluded`, when the client has its answer or the broken rest of one; or
 * `abandoned`, when the client has left.
 */
import type { Deadlines } from "@slipstream/contracts/deployment";
import { GatewayError } from "@slipstream/contracts/errors";
import type { AttemptFacts, AttemptResult } from "@slipstream/contracts/request-events";
import type {
  BodySink,
  UpstreamExchange,
  UpstreamHead,
  UpstreamRequest,
  UpstreamSink,
} from "@slipstream/contracts/upstream";
import { readErrorBody } from "@slipstream/dialects/openai-chat/read-stream-error";
import { StreamMeter } from "@slipstream/streaming-core/stream-meter";
import { StreamRelay } from "@slipstream/streaming-core/stream-relay";
import type { RelayOwner, StreamEnding } from "@slipstream/streaming-core/stream-relay";
import { BodyCollector } from "./body-collector.ts";
import type { CollectedBody } from "./body-collector.ts";
import type { InferenceEndpoint, StreamedAnswer } from "./inference-endpoint.ts";
import type { PipelinePorts } from "./pipeline-ports.ts";
import type { RequestLife, RequestWorker } from "./request-life.ts";
import type { UsagePlan } from "./usage-plan.ts";
import { toEventFailure, toStatusFailure } from "./upstream-failure.ts";

/** A whole answer is held until it is complete, so that a broken one can go to another deployment. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** An error in words is short; a longer body is not read, and its connection not used again. */
const ERROR_BODY_BYTES_MAX = 64 * 1024;

/** What an upstream may take to end its response behind the announced end of the stream, ms. */
const DONE_GRACE_MS = 1000;

/** Where a stream was asked for: an answer that is none. Lines of JSON have types of their own. */
const WHOLE_TYPE = /^\s*application\/json\b|html/i;
const HEARTBEAT = Buffer.from(": heartbeat\n\n");

export type AttemptEnd =
  | { readonly type: "failed"; readonly error: GatewayError }
  | { readonly type: "concluded" }
  | { readonly type: "abandoned" };

export interface AttemptOptions {
  readonly life: RequestLife;
  readonly facts: AttemptFacts;
  readonly request: UpstreamRequest;
  readonly endpoint: InferenceEndpoint;
  /** What the client has asked for. */
  readonly isStream: boolean;
  readonly usage: UsagePlan;
  readonly deadlines: Deadlines;
  /** See `Route`. */
  readonly heartbeatMs: number | undefined;
}

/** Never rejects. The life must be open. */
export function runAttempt(ports: PipelinePorts, options: AttemptOptions): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    new Attempt(ports, options, resolve).start();
  });
}

type AttemptPhase =
  | { readonly type: "connecting" }
  /** For the head. */
  | { readonly type: "waiting" }
  | { readonly type: "collecting"; readonly collector: BodyCollector }
  | { readonly type: "streaming"; readonly relay: StreamRelay; readonly meter: StreamMeter }
  | { readonly type: "over" };

class Attempt implements UpstreamSink, RelayOwner, RequestWorker {
  readonly #ports: PipelinePorts;
  readonly #options: AttemptOptions;
  readonly #resolve: (end: AttemptEnd) => void;
  readonly #startMs: number;
  #phase: AttemptPhase = { type: "connecting" };
  #isCommitted = false;
  #exchange: UpstreamExchange | undefined;

  constructor(ports: PipelinePorts, options: AttemptOptions, resolve: (end: AttemptEnd) => void) {
    this.#ports = ports;
    this.#options = options;
    this.#resolve = resolve;
    this.#startMs = ports.clock.nowMs();
  }

  start(): void {
    const { life, facts, request } = this.#options;
    life.facts.attempt = facts;
    life.facts.stream = undefined;
    this.#ports.observer.observe({ type: "attempt_start", ...facts });
    life.assign(this);
    this.#exchange = this.#ports.upstream.send(request, this);
  }

  sent(): void {
    if (this.#phase.type === "connecting") this.#phase = { type: "waiting" };
  }

  head(head: UpstreamHead): BodySink {
    if (head.status !== 200) {
      return this.#collect(ERROR_BODY_BYTES_MAX, (body) => {
        const said = body.type === "whole" ? readErrorBody(body.bytes) : undefined;
        this.#fail(toStatusFailure(head, said));
      });
    }
    const { isStream, endpoint } = this.#options;
    const isWhole = WHOLE_TYPE.test(head.headers["content-type"] ?? "");
    if (!isStream || endpoint.stream === undefined || isWhole) {
      return this.#collect(ANSWER_BYTES_MAX, (body) => this.#readAnswer(body));
    }
    return this.#relay(endpoint.stream);
  }

  failed(error: GatewayError): void {
    this.#fail(error);
  }

  commit(): void {
    this.#isCommitted = true;
    this.#options.life.startStream();
  }

  firstChunk(): void {
    if (this.#phase.type !== "streaming") return;
    const { firstChunkMs } = this.#phase.meter.report;
    if (firstChunkMs === undefined) return;
    this.#ports.observer.observe({ type: "chunk_first", firstChunkMs, ...this.#options.facts });
  }

  ended(ending: StreamEnding): void {
    if (ending.type === "complete") {
      // Of an exchange that has ended nothing is left; one that goes on has nothing more to say.
      this.#exchange?.abort();
      this.#finish({ type: "answered" });
      this.#options.life.completeStream();
      this.#resolve({ type: "concluded" });
    } else {
      this.#fail(toStreamFailure(ending));
    }
  }

  drained(): void {
    if (this.#phase.type === "streaming") this.#phase.relay.drained();
  }

  sweep(nowMs: number): void {
    const error = this.#findTimeout(nowMs);
    if (error === undefined) this.#beat(nowMs);
    else this.#fail(error);
  }

  /** Keeps load balancers from closing a connection on which a slow first token is awaited. */
  #beat(nowMs: number): void {
    const { life, heartbeatMs, isStream } = this.#options;
    if (!isStream || this.#isCommitted || heartbeatMs === undefined) return;
    if (nowMs - life.lastBeatAtMs < heartbeatMs) return;
    life.lastBeatAtMs = nowMs;
    life.startStream();
    life.response.write(HEARTBEAT);
  }

  interrupt(error: GatewayError): void {
    this.#fail(error);
  }

  abandon(): void {
    if (this.#phase.type === "over") return;
    this.#exchange?.abort();
    this.#finish({ type: "abandoned" });
    this.#resolve({ type: "abandoned" });
  }

  #relay({ readChunk, findUsageSpan }: StreamedAnswer): BodySink {
    const { life, facts, usage } = this.#options;
    const { clock, observer } = this.#ports;
    const gaps = observer.gapRecorder(facts);
    const meter = new StreamMeter({
      readChunk,
      findUsageSpan,
      gaps,
      startMs: life.startMs,
      usageView: usage.view,
    });
    const flow = {
      pause: (): void => this.#exchange?.pause(),
      resume: (): void => this.#exchange?.resume(),
    };
    const relay = new StreamRelay({ client: life.response, flow, meter, clock, owner: this });
    this.#phase = { type: "streaming", relay, meter };
    return relay;
  }

  #collect(bytesMax: number, collected: (body: CollectedBody) => void): BodySink {
    const collector = new BodyCollector(bytesMax, this.#ports.clock, collected);
    this.#phase = { type: "collecting", collector };
    return collector;
  }

  #findTimeout(nowMs: number): GatewayError | undefined {
    const { life, deadlines, isStream } = this.#options;
    const phase = this.#phase;
    if (nowMs >= life.startMs + deadlines.totalMs) return TIMEOUTS.total();
    switch (phase.type) {
      case "connecting":
        return nowMs >= this.#startMs + deadlines.connectMs ? TIMEOUTS.connect() : undefined;
      case "waiting":
        // A whole answer may take as long as a stream from its first token to its last.
        if (!isStream) return undefined;
        return nowMs >= this.#startMs + deadlines.firstTokenMs ? TIMEOUTS.firstToken() : undefined;
      case "collecting":
        return nowMs >= phase.collector.lastFrameAtMs + deadlines.stallMs
          ? TIMEOUTS.stall()
          : undefined;
      case "streaming":
        return this.#findStreamTimeout(phase, nowMs);
      case "over":
        return undefined;
    }
  }

  #findStreamTimeout(
    { meter, relay }: AttemptPhase & { type: "streaming" },
    nowMs: number,
  ): GatewayError | undefined {
    const { deadlines } = this.#options;
    if (meter.chunks === 0) {
      return nowMs >= this.#startMs + deadlines.firstTokenMs ? TIMEOUTS.firstToken() : undefined;
    }
    // An upstream that is held back for a slow client cannot show that it lives.
    if (relay.isPaused) return undefined;
    const stallMs = meter.isDone ? DONE_GRACE_MS : deadlines.stallMs;
    const aliveAtMs = Math.max(meter.progressAtMs, relay.resumedAtMs);
    return nowMs >= aliveAtMs + stallMs ? TIMEOUTS.stall() : undefined;
  }

  #readAnswer(body: CollectedBody): void {
    const { life, isStream, endpoint } = this.#options;
    if (body.type === "failed") return this.#fail(body.error);
    if (body.type === "too_large") return this.#fail(unusable("The model's answer is too large."));
    const answer = endpoint.readAnswer(body.bytes);
    if (answer.type === "error") return this.#fail(toEventFailure(answer.error));
    if (answer.type === "unreadable" || isStream) {
      return this.#fail(unusable("The model's answer has an unexpected form."));
    }
    life.facts.finishReason = answer.finishReason;
    life.facts.usage = answer.usage;
    this.#finish({ type: "answered" });
    life.answer(200, { "content-type": "application/json" }, body.bytes);
    return this.#resolve({ type: "concluded" });
  }

  /** Before the first byte the caller may try elsewhere; after it the client has to be told. */
  #fail(error: GatewayError): void {
    if (this.#phase.type === "over") return;
    if (this.#phase.type === "streaming" && this.#phase.meter.isDone) {
      this.ended({ type: "complete" });
      return;
    }
    this.#exchange?.abort();
    this.#finish({ type: "failed", code: error.code });
    if (this.#isCommitted) {
      this.#options.life.fail(error);
      this.#resolve({ type: "concluded" });
    } else {
      this.#resolve({ type: "failed", error });
    }
  }

  #finish(result: AttemptResult): void {
    const { life, facts } = this.#options;
    if (this.#phase.type === "streaming") {
      const { meter } = this.#phase;
      life.facts.stream = meter.report;
      life.facts.finishReason = meter.finishReason;
      life.facts.usage = meter.usage;
    }
    this.#phase = { type: "over" };
    const durationMs = this.#ports.clock.nowMs() - this.#startMs;
    this.#ports.observer.observe({ type: "attempt_end", durationMs, result, ...facts });
  }
}

const TIMEOUTS = {
  connect: () =>
    new GatewayError("upstream_unreachable", "The model could not be reached in time."),
  firstToken: () => new GatewayError("first_token_timeout", "The model did not answer in time."),
  stall: () => new GatewayError("stall_timeout", "The model stopped answering."),
  total: () => new GatewayError("total_timeout", "The request took too long."),
} as const;

function toStreamFailure(ending: Exclude<StreamEnding, { type: "complete" }>): GatewayError {
  if (ending.type === "failed") return ending.error;
  if (ending.type === "error_event") return toEventFailure(ending.error);
  return new GatewayError("upstream_truncated", "The model's answer ended too early.");
}

function unusable(message: string): GatewayError {
  return new GatewayError("upstream_invalid_response", message);
}
