/**
 * Stream meter: what the content of one stream looked like in time, and what its events said.
 *
 * Hot. An event is parsed only when its bytes say something new: the first ones, the last ones, and
 * where the kind of content changes. All others are recognised by a few bytes at a known place (see
 * `ContentShape`), counted and timed.
 *
 * Pure: it reads no clock; the caller stamps each frame. Units: `*Ms` are milliseconds on one
 * monotonic clock. Terms: a *chunk* is an event that carries content.
 */
import type { ChunkFacts, StreamDialect, StreamError } from "@slipstream/contracts/chunk";
import type { ContentAmount, StreamRecorder } from "@slipstream/contracts/request-events";
import type { Usage } from "@slipstream/contracts/usage";
import { countStringBytes } from "./json-string.ts";
import type { EventReader, EventVerdict } from "./sse-scanner.ts";

const QUOTE = 34;
/** What one chunk may hold, by all that is known of servers; a report of more is no measure of anything. */
const CHUNK_TOKENS_MAX = 1024;

/**
 * Events in a row that say nothing to us before the stream is given up. Nobody sends a keep-alive of this kind
 * more than once a second.
 */
export const JUNK_EVENTS_MAX = 1000;

/**
 * A text that is shorter is not measured but taken for what the event has more than its envelope. Bounds what
 * that can be wrong by: three tokens, at `BYTES_PER_TOKEN` of the ledger.
 */
const SHORT_TEXT_BYTES = 12;

/**
 * What of the reported usage is passed on: all of it; only the last event that has nothing else
 * (`last`); none (`nothing`).
 */
export type UsageView = "everything" | "last" | "nothing";

/** What the stream reports of its usage. */
export interface ReportedUsage {
  readonly view: UsageView;
  /** Every event tells how many output tokens there have been. */
  readonly isContinuous: boolean;
}

export interface StreamMeterOptions {
  readonly dialect: StreamDialect;
  readonly usage: ReportedUsage;
  /** How many answers the client has asked for. */
  readonly choices: number;
  readonly recorder: StreamRecorder;
  /** When the request began. */
  readonly startMs: number;
}

export class StreamMeter implements EventReader {
  readonly #dialect: StreamDialect;
  readonly #usageView: UsageView;
  readonly #isContinuous: boolean;
  readonly #choices: number;
  readonly #recorder: StreamRecorder;

  #atMs: number;
  #events = 0;
  /** Events that could not be read, since one that could. */
  #junkEvents = 0;
  #chunks = 0;
  #textBytes = 0;
  #firstChunkAtMs = 0;
  #lastChunkAtMs = 0;
  #gapMsMax = 0;
  /** Output tokens until the last chunk. */
  #tokens = 0;
  #progressAtMs = 0;

  /** Bytes by which a content event is recognised, and where in the data they stand. */
  #shape: Buffer = Buffer.alloc(0);
  #shapeStart = 0;
  /** What follows these bytes is text, and not sound. */
  #isShapeOfText = false;
  /** What an event of this shape has had beside its text. */
  #envelopeBytes = 0;

  /** The last event, while only its shape has been looked at. */
  #unread: Buffer | undefined;
  #unreadStart = 0;
  #unreadEnd = 0;

  #cutStart = 0;
  #cutEnd = 0;
  #isDone = false;
  #error: StreamError | undefined;
  #finishReason: string | undefined;
  readonly #finishedChoices: Set<number> = new Set();
  #usage: Usage | undefined;
  /** What had come when output tokens were last reported. */
  #reportedChunks = 0;
  #reportedTextBytes = 0;

  constructor(options: StreamMeterOptions) {
    this.#dialect = options.dialect;
    this.#usageView = options.usage.view;
    this.#isContinuous = options.usage.isContinuous;
    this.#choices = options.choices;
    this.#recorder = options.recorder;
    this.#atMs = options.startMs;
  }

  /** The events that follow arrived at this moment. */
  stamp(atMs: number): void {
    this.#atMs = atMs;
  }

  get events(): number {
    return this.#events;
  }

  get chunks(): number {
    return this.#chunks;
  }

  /** See `StreamReport`. */
  get textBytes(): number {
    return this.#textBytes;
  }

  /** When the stream last got on: content, a finish reason, the end. A comment or an empty delta is none. */
  get progressAtMs(): number {
    return this.#progressAtMs;
  }

  /** The stream has announced its end; nothing that comes behind it is passed on. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The stream has reported an error in an event, which was not passed on. */
  get error(): StreamError | undefined {
    return this.#error;
  }

  event(bytes: Buffer, start: number, end: number): EventVerdict {
    if (this.#isDone) return "stop";
    this.#events++;
    if (!this.#hasKnownShape(bytes, start, end)) return this.#readEvent(bytes, start, end);
    this.#unread = bytes;
    this.#unreadStart = start;
    this.#unreadEnd = end;
    const textBytes = end - start - this.#envelopeBytes;
    const isShort = textBytes > 0 && textBytes < SHORT_TEXT_BYTES;
    this.#textBytes += isShort ? textBytes : this.#measureText(bytes, start, end);
    this.#countChunk(this.#countTokens(bytes, start, end));
    return this.#usageView === "everything" ? "pass" : this.#cutUsage(bytes, start, end);
  }

  errorEvent(data: Buffer): EventVerdict {
    if (!this.#isDone) this.#error = this.#dialect.readError(data);
    return "stop";
  }

  get cutStart(): number {
    return this.#cutStart;
  }

  get cutEnd(): number {
    return this.#cutEnd;
  }

  /** It is too large to be anything but content. */
  oversizeEvent(): void {
    this.#events++;
    this.#countChunk(1);
  }

  /** Why the answer ended in the upstream's words; `undefined` while it has not said. */
  get finishReason(): string | undefined {
    this.#readUnread();
    return this.#finishReason;
  }

  /** Every choice that the client asked for has ended. */
  get isFinished(): boolean {
    this.#readUnread();
    return this.#finishedChoices.size >= this.#choices;
  }

  /** Whether this is the data of a whole event. */
  isReadable(data: Buffer): boolean {
    return this.#dialect.readChunk(data).type !== "unreadable";
  }

  /** The last usage that the stream reported. */
  get usage(): Usage | undefined {
    this.#readUnread();
    return this.#usage;
  }

  /** See `StreamReport`. */
  get unreported(): ContentAmount {
    this.#readUnread();
    return {
      chunks: this.#chunks - this.#reportedChunks,
      textBytes: this.#textBytes - this.#reportedTextBytes,
    };
  }

  /** When the first chunk arrived; `undefined` before. */
  get firstChunkAtMs(): number | undefined {
    return this.#chunks > 0 ? this.#firstChunkAtMs : undefined;
  }

  /** Longest silence between two neighbouring chunks; 0 with fewer than two. */
  get gapMsMax(): number {
    return this.#gapMsMax;
  }

  #hasKnownShape(bytes: Buffer, start: number, end: number): boolean {
    const shape = this.#shape;
    const from = start + this.#shapeStart;
    const to = from + shape.length;
    // Of several answers at once each may end in any event.
    if (shape.length === 0 || to >= end || bytes[to] === QUOTE || this.#choices > 1) return false;
    for (let index = 0; index < shape.length; index++) {
      if (bytes[from + index] !== shape[index]) return false;
    }
    return true;
  }

  /** @returns how many tokens an event holds, ≥ 1. */
  #countTokens(bytes: Buffer, start: number, end: number): number {
    if (!this.#isContinuous) return 1;
    const total = this.#dialect.readOutputTokens(bytes, start, end);
    const tokens = total - this.#tokens;
    if (total > 0) this.#tokens = total;
    return tokens >= 1 && tokens <= CHUNK_TOKENS_MAX ? tokens : 1;
  }

  /**
   * Warm: where an event is longer or shorter than it would be with one token more. It holds several, or what
   * stands around the text has changed: numbers that grow, probabilities, padding.
   */
  #measureText(bytes: Buffer, start: number, end: number): number {
    if (!this.#isShapeOfText) return 0;
    const textStart = start + this.#shapeStart + this.#shape.length;
    const textBytes = countStringBytes(bytes, textStart, end);
    this.#envelopeBytes = end - start - textBytes;
    return textBytes;
  }

  #countChunk(tokens: number): void {
    if (this.#chunks === 0) {
      this.#firstChunkAtMs = this.#atMs;
    } else {
      const gapMs = this.#atMs - this.#lastChunkAtMs;
      if (gapMs > this.#gapMsMax) this.#gapMsMax = gapMs;
      this.#recorder.recordGap(gapMs, tokens);
    }
    this.#lastChunkAtMs = this.#atMs;
    this.#progressAtMs = this.#atMs;
    this.#junkEvents = 0;
    this.#chunks++;
  }

  /** Warm: a few times per stream. */
  #readEvent(bytes: Buffer, start: number, end: number): EventVerdict {
    this.#readUnread();
    if (this.#error !== undefined) return "stop";
    const data = bytes.subarray(start, end);
    const facts = this.#dialect.readChunk(data);
    switch (facts.type) {
      case "chunk":
        this.#junkEvents = 0;
        this.#readFacts(facts, data);
        if (this.#usageView === "everything") return "pass";
        if (!facts.isUsageOnly) return this.#cutUsage(bytes, start, end);
        return this.#usageView === "last" ? "pass" : "drop";
      case "done":
        this.#isDone = true;
        this.#progressAtMs = this.#atMs;
        return "pass";
      case "error":
        this.#error = facts.error;
        return "stop";
      case "unreadable":
        return ++this.#junkEvents > JUNK_EVENTS_MAX ? "stop" : "pass";
    }
  }

  #cutUsage(bytes: Buffer, start: number, end: number): EventVerdict {
    const span = this.#dialect.findUsageSpan(bytes, start, end);
    if (span === undefined) return "pass";
    this.#cutStart = span.start;
    this.#cutEnd = span.end;
    return "cut";
  }

  #readFacts(facts: ChunkFacts & { type: "chunk" }, data: Buffer): void {
    if (facts.hasContent) this.#readContent(facts, data);
    this.#learnEnd(facts);
    if (facts.finishReason !== undefined) this.#progressAtMs = this.#atMs;
  }

  #readContent(facts: ChunkFacts & { type: "chunk" }, data: Buffer): void {
    this.#textBytes += facts.textBytes;
    this.#countChunk(this.#countTokens(data, 0, data.length));
    if (facts.shape === undefined) return;
    const { start, end } = facts.shape;
    // There is text outside of this string, such as a second call: the next one has to be read as well.
    if (facts.textBytes > countStringBytes(data, end, data.length)) return;
    this.#shapeStart = start;
    this.#isShapeOfText = facts.textBytes > 0;
    // Nothing is that short: the next event is measured.
    this.#envelopeBytes = 0;
    // In memory of its own: the frame, or what Node cuts small buffers from, would be kept with it for as
    // long as the stream lasts.
    this.#shape = Buffer.allocUnsafeSlow(end - start);
    this.#shape.set(data.subarray(start, end));
  }

  /** An event that was only recognised may still hold the finish reason or the usage. */
  #readUnread(): void {
    if (this.#unread === undefined) return;
    const facts = this.#dialect.readChunk(
      this.#unread.subarray(this.#unreadStart, this.#unreadEnd),
    );
    this.#unread = undefined;
    if (facts.type === "chunk") this.#learnEnd(facts);
    // It came together with content, which was all that its shape told.
    if (facts.type === "error") this.#error = facts.error;
  }

  #learnEnd(facts: ChunkFacts & { type: "chunk" }): void {
    this.#finishReason = facts.finishReason ?? this.#finishReason;
    for (const choice of facts.finishedChoices) this.#finishedChoices.add(choice);
    if (facts.usage === undefined) return;
    this.#usage = facts.usage;
    if (facts.usage.outputTokens === undefined) return;
    this.#reportedChunks = this.#chunks;
    this.#reportedTextBytes = this.#textBytes;
  }
}
