/**
 * One exchange with one deployment, from the first byte out to the last byte in.
 *
 * It ends in one of three ways: `failed` before anything was sent to the client, so that another
 * deployment may be tried; `concluded`, when the client has its answer or the broken rest of one; or
 * `abandoned`, when the client has left.
 */
import type { ResponseHeaders } from "@slipstream/contracts/client";
import type { StreamDialect } from "@slipstream/contracts/chunk";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { AttemptResult } from "@slipstream/contracts/request-events";
import type {
  BodySink,
  UpstreamExchange,
  UpstreamHead,
  UpstreamSink,
} from "@slipstream/contracts/upstream";
import type { AnswerFacts } from "@slipstream/dialects/openai-chat/read-answer";
import { readErrorBody } from "@slipstream/dialects/openai-chat/read-stream-error";
import { StreamMeter } from "@slipstream/streaming-core/stream-meter";
import { StreamRelay } from "@slipstream/streaming-core/stream-relay";
import type { Flow, RelayOwner, StreamEnding } from "@slipstream/streaming-core/stream-relay";
import type { AttemptEnd, AttemptOptions } from "./attempt-options.ts";
import { findPhaseTimeout } from "./attempt-phase.ts";
import type { AttemptPhase } from "./attempt-phase.ts";
import { BodyCollector } from "./body-collector.ts";
import type { CollectedBody } from "./body-collector.ts";
import type { WholeAnswer } from "./held-answer.ts";
import { ByteRelay } from "./byte-relay.ts";
import type { ByteRelayOwner } from "./byte-relay.ts";
import type { JsonAnswer, PassedAnswer } from "./inference-endpoint.ts";
import { toPassedHeaders } from "./passed-headers.ts";
import type { PipelinePorts } from "./pipeline-ports.ts";
import type { RequestWorker } from "./request-life.ts";
import type { RunningTime } from "./running-time.ts";
import { totalTimeout } from "./timeouts.ts";
import { answerTooLarge, toStreamFailure, unexpectedForm } from "./unusable-answer.ts";
import { toEventFailure, toStatusFailure } from "./upstream-failure.ts";

/**
 * A whole answer is held until it is complete, so that a broken one can go to another deployment. OpenAI's
 * largest is 2048 embeddings of 3072 numbers: 34 MB in base64, twice that in digits.
 */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Of an answer that is passed on, JSON that is held and read. Five pictures of a megabyte, in base64, bytes. */
const HELD_JSON_BYTES_MAX = 8 * 1024 * 1024;
/** An error in words is short; a longer body is not read, and its connection not used again. */
const ERROR_BODY_BYTES_MAX = 64 * 1024;

/** Where a stream was asked for: an answer that is none. Lines of JSON have types of their own. */
const WHOLE_TYPE = /^\s*application\/json\b|html/i;
const JSON_TYPE = /^\s*application\/json\b/i;
const EVENTS_TYPE = /^\s*text\/event-stream\b/i;
const JSON_HEADERS: ResponseHeaders = { "content-type": "application/json" };
const HEARTBEAT = Buffer.from(": heartbeat\n\n");

/** Never rejects. The life must be open. */
export function runAttempt(ports: PipelinePorts, options: AttemptOptions): Promise<AttemptEnd> {
  return new Promise((resolve) => {
    new Attempt(ports, options, resolve).start();
  });
}

class Attempt implements UpstreamSink, RelayOwner, ByteRelayOwner, RequestWorker {
  readonly #ports: PipelinePorts;
  readonly #options: AttemptOptions;
  readonly #resolve: (end: AttemptEnd) => void;
  readonly #startMs: number;
  #phase: AttemptPhase = { type: "queued" };
  #isCommitted = false;
  #exchange: UpstreamExchange | undefined;
  #sentMs: number | undefined;
  #resends = 0;
  #headMs: number | undefined;

  constructor(ports: PipelinePorts, options: AttemptOptions, resolve: (end: AttemptEnd) => void) {
    this.#ports = ports;
    this.#options = options;
    this.#resolve = resolve;
    this.#startMs = ports.clock.nowMs();
  }

  start(): void {
    const { life, facts, retryOf, toRequest } = this.#options;
    life.facts.attempt = facts;
    life.facts.stream = undefined;
    life.facts.finishReason = undefined;
    life.facts.usage = undefined;
    life.facts.answerBytes = undefined;
    this.#ports.observer.observe({ ...facts, type: "attempt_start", retryOf });
    life.assign(this);
    life.leaveToUpstream();
    this.#exchange = this.#ports.upstream.send(toRequest(), this);
  }

  opening(): void {
    if (this.#phase.type !== "queued") return;
    this.#phase = { type: "connecting", sinceMs: this.#ports.clock.nowMs() };
  }

  sent(): void {
    this.#sentMs = this.#elapsedMs();
    const { type } = this.#phase;
    if (type === "queued" || type === "connecting") this.#phase = { type: "waiting" };
  }

  sentAgain(): void {
    this.#resends++;
  }

  #elapsedMs(): number {
    return this.#ports.clock.nowMs() - this.#startMs;
  }

  head(head: UpstreamHead): BodySink {
    this.#headMs = this.#elapsedMs();
    if (head.status !== 200) {
      return this.#collect(head, ERROR_BODY_BYTES_MAX, (body) => {
        const said = body.type === "whole" ? readErrorBody(body.answer.bytes) : undefined;
        this.#fail(toStatusFailure(head, said, this.#options.body));
      });
    }
    const { isStream, answer } = this.#options;
    if (answer.type === "passed") return this.#pass(answer, head);
    const isWhole = WHOLE_TYPE.test(head.headers["content-type"] ?? "");
    if (!isStream || answer.stream === undefined || isWhole) {
      return this.#collectAnswer(answer, head);
    }
    return this.#relay(answer.stream);
  }

  failed(error: GatewayError): void {
    this.#fail(error);
  }

  commit(): void {
    this.#isCommitted = true;
    if (this.#phase.type === "passing") this.#options.life.startBytes(this.#phase.headers);
    else this.#options.life.startStream();
  }

  whole(whole: WholeAnswer): void {
    const { answer } = this.#options;
    if (this.#phase.type !== "passing" || answer.type !== "passed") return;
    if (answer.readJson !== undefined) {
      this.#answer(answer.readJson, this.#phase.headers, whole);
    }
  }

  firstChunk(firstChunkMs: number): void {
    const { life, facts } = this.#options;
    this.#ports.observer.observe({ ...facts, type: "chunk_first", firstChunkMs });
    if (this.#phase.type !== "streaming") return;
    const { firstChunkAtMs } = this.#phase.meter;
    if (firstChunkAtMs !== undefined) life.returnFromUpstream(firstChunkAtMs);
  }

  ended(ending: StreamEnding): void {
    if (ending.type === "complete") {
      this.#exchange?.keep();
      this.#finish({ type: "answered" });
      this.#options.life.completeStream();
      this.#resolve({ type: "concluded" });
    } else {
      this.#fail(toStreamFailure(ending));
    }
  }

  drained(): void {
    const { type } = this.#phase;
    if (type === "streaming" || type === "passing") this.#phase.relay.drained();
  }

  sweep(time: RunningTime): void {
    const error = this.#findTimeout(time);
    if (error === undefined) this.#beat(time.nowMs);
    else this.#fail(error);
  }

  /** Keeps load balancers from closing a connection on which a slow first token is awaited. */
  #beat(nowMs: number): void {
    const { life, heartbeatMs, isStream } = this.#options;
    const hasContent = this.#phase.type === "streaming" && this.#phase.meter.chunks > 0;
    if (!isStream || hasContent || heartbeatMs === undefined) return;
    if (nowMs - life.lastBeatAtMs < heartbeatMs) return;
    life.lastBeatAtMs = nowMs;
    life.startStream();
    life.response.write(HEARTBEAT);
  }

  get isDone(): boolean {
    return this.#phase.type === "streaming" && this.#phase.meter.isDone;
  }

  interrupt(error: GatewayError): void {
    this.#fail(error);
  }

  readOn(): boolean {
    if (this.#phase.type !== "streaming") return false;
    const { meter, relay } = this.#phase;
    if (meter.isDone || !meter.isFinished) return false;
    relay.readOn();
    return true;
  }

  abandon(): void {
    if (this.#phase.type === "over") return;
    this.#exchange?.abort();
    this.#finish({ type: this.isDone ? "answered" : "abandoned" });
    this.#resolve({ type: "abandoned" });
  }

  #relay(dialect: StreamDialect): BodySink {
    const { life, facts, usage, body } = this.#options;
    const { clock, observer } = this.#ports;
    const recorder = observer.streamRecorder(facts);
    const { startMs, response: client } = life;
    const { choices } = body;
    const meter = new StreamMeter({ dialect, recorder, startMs, usage, choices });
    const relay = new StreamRelay({
      client,
      flow: this.#createFlow(),
      meter,
      recorder,
      clock,
      startMs,
      owner: this,
      doneEvent: dialect.doneEvent,
    });
    this.#phase = { type: "streaming", relay, meter };
    return relay;
  }

  #pass({ mediaTypes, readJson }: PassedAnswer, head: UpstreamHead): BodySink {
    const headers = toPassedHeaders(head);
    const contentType = headers["content-type"] ?? "";
    if (!mediaTypes.test(contentType)) {
      return this.#collect(head, ERROR_BODY_BYTES_MAX, () => this.#fail(unexpectedForm()));
    }
    const { life } = this.#options;
    life.facts.isStream = EVENTS_TYPE.test(contentType);
    const isRead = readJson !== undefined && JSON_TYPE.test(contentType);
    const relay = new ByteRelay({
      client: life.response,
      flow: this.#createFlow(),
      clock: this.#ports.clock,
      owner: this,
      heldBytesMax: isRead ? HELD_JSON_BYTES_MAX : 0,
    });
    this.#phase = { type: "passing", relay, headers };
    return relay;
  }

  #createFlow(): Flow {
    return {
      pause: () => this.#exchange?.pause(),
      resume: () => this.#exchange?.resume(),
    };
  }

  #collectAnswer(answer: JsonAnswer, head: UpstreamHead): BodySink {
    return this.#collect(head, ANSWER_BYTES_MAX, (body) => this.#readAnswer(answer, body));
  }

  #collect(
    { headers }: UpstreamHead,
    bytesMax: number,
    collected: (body: CollectedBody) => void,
  ): BodySink {
    const { clock } = this.#ports;
    const length = headers["content-length"];
    const announcedBytes = length === undefined ? undefined : Number(length);
    const collector = new BodyCollector({ bytesMax, clock, collected }, announcedBytes);
    this.#phase = { type: "collecting", collector };
    collector.begin();
    return collector;
  }

  #findTimeout(time: RunningTime): GatewayError | undefined {
    const { life, body, deadlines, isStream } = this.#options;
    // By the clock on the client's wall: it blames nobody, and the client has waited that long.
    if (time.nowMs >= life.startMs + deadlines.totalMs) return totalTimeout();
    const times = { time, startMs: this.#startMs, deadlines, isStream, body };
    return findPhaseTimeout(this.#phase, times);
  }

  #readAnswer({ readAnswer }: JsonAnswer, body: CollectedBody): void {
    if (body.type === "failed") return this.#fail(body.error);
    if (body.type === "too_large") return this.#fail(answerTooLarge());
    if (body.type === "unreadable") return this.#fail(unexpectedForm());
    return this.#answer(readAnswer, JSON_HEADERS, body.answer);
  }

  /** A whole answer, of which the last byte has just come. */
  #answer(
    read: (body: Buffer) => AnswerFacts,
    headers: ResponseHeaders,
    { bytes, readable }: WholeAnswer,
  ): void {
    const { life, isStream } = this.#options;
    const cameAtMs = this.#ports.clock.nowMs();
    const facts = read(readable);
    if (facts.type === "error") return this.#fail(toEventFailure(facts.error));
    if (facts.type === "unreadable" || isStream) return this.#fail(unexpectedForm());
    life.facts.finishReason = facts.finishReason;
    life.facts.usage = facts.usage;
    life.facts.answerBytes = bytes.length;
    this.#exchange?.keep();
    this.#finish({ type: "answered" });
    life.answer(200, headers, bytes);
    life.returnFromUpstream(cameAtMs);
    return this.#resolve({ type: "concluded" });
  }

  /** Before the first byte the caller may try elsewhere; after it the client has to be told. */
  #fail(error: GatewayError): void {
    if (this.#phase.type === "over") return;
    if (this.isDone) {
      this.ended({ type: "complete" });
      return;
    }
    this.#exchange?.abort();
    const durationMs = this.#finish({ type: "failed", code: error.code });
    if (this.#isCommitted) {
      this.#options.life.fail(error);
      this.#resolve({ type: "concluded" });
    } else {
      this.#resolve({ type: "failed", error, durationMs });
    }
  }

  /** @returns how long the attempt took, ms. */
  #finish(result: AttemptResult): number {
    const { life, facts } = this.#options;
    let firstContentMs: number | undefined;
    if (this.#phase.type === "streaming") {
      const { meter, relay } = this.#phase;
      life.facts.stream = relay.report;
      life.facts.finishReason = meter.finishReason;
      life.facts.usage = meter.usage;
      const { firstChunkAtMs } = meter;
      if (firstChunkAtMs !== undefined) firstContentMs = firstChunkAtMs - this.#startMs;
    }
    this.#phase = { type: "over" };
    const durationMs = this.#elapsedMs();
    const timing = { sentMs: this.#sentMs, headMs: this.#headMs, firstContentMs };
    const resends = this.#resends;
    const { observer } = this.#ports;
    observer.observe({ ...facts, type: "attempt_end", durationMs, timing, resends, result });
    return durationMs;
  }
}
