/**
 * Reads every byte of every answer, because a figure for damaged answers is worth nothing. Each says
 * what was wrong with its answer, in words, or `undefined`.
 */
import type { ResponseSink } from "./http-response-reader.ts";
import { answerText, tokenText } from "./scenario.ts";

/** Told of what arrives while it arrives. Times are `performance.now()`. */
export interface StreamListener {
  /** A piece of a body, with any number of events in it. */
  piece(): void;
  /** An event with content. */
  chunk(index: number, atMs: number): void;
}

interface ChunkJson {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
}

interface CompletionJson {
  readonly choices?: readonly { readonly message?: { readonly content?: string | null } }[];
}

/** Of what an error says of itself, to see whether a key, a name or a setting is wrong. */
const REFUSAL_CHARACTERS_MAX = 200;

export abstract class AnswerCheck implements ResponseSink {
  #problem: string | undefined;
  #refusedStatus: number | undefined;
  /** The begin of the body of a refusal: each gateway has its own format, so it is told as it is. */
  #refusal = "";

  get problem(): string | undefined {
    if (this.#refusedStatus === undefined) return this.#problem;
    const words = this.#refusal.replaceAll(/\s+/g, " ").trim();
    return `status ${this.#refusedStatus}${words === "" ? "" : `: ${words}`}`;
  }

  head(status: number): void {
    if (status !== 200) this.#refusedStatus = status;
  }

  body(bytes: Buffer): void {
    if (this.#refusedStatus === undefined) return this.read(bytes);
    const left = REFUSAL_CHARACTERS_MAX - this.#refusal.length;
    this.#refusal += bytes.toString("utf8").slice(0, left);
  }

  end(): void {
    if (this.#refusedStatus === undefined) this.finish();
  }

  failed(reason: string): void {
    this.complain(reason);
  }

  /** Of an answer that is not a refusal. */
  protected abstract read(bytes: Buffer): void;
  protected abstract finish(): void;

  /** The first problem is the cause of the others. */
  protected complain(problem: string): void {
    this.#problem ??= problem;
  }
}

export class StreamCheck extends AnswerCheck {
  readonly #tokens: number;
  readonly #listener: StreamListener;
  /** An event without its end. */
  #rest = "";
  #chunks = 0;
  #isDone = false;
  #hasLeft = false;

  constructor(tokens: number, listener: StreamListener) {
    super();
    this.#tokens = tokens;
    this.#listener = listener;
  }

  /** The client goes away: what came so far has to be good, and nothing else will come. */
  leave(): void {
    this.#hasLeft = true;
  }

  override failed(reason: string): void {
    if (!this.#hasLeft) super.failed(reason);
  }

  protected override read(bytes: Buffer): void {
    const atMs = performance.now();
    this.#listener.piece();
    const events = (this.#rest + bytes.toString("utf8")).split("\n\n");
    this.#rest = events.pop() ?? "";
    for (const event of events) this.#readEvent(event, atMs);
  }

  protected override finish(): void {
    if (this.#rest !== "") this.complain("an event without its end");
    if (!this.#isDone) this.complain("no [DONE]");
    if (this.#chunks !== this.#tokens) {
      this.complain(`${this.#chunks} content chunks instead of ${this.#tokens}`);
    }
  }

  #readEvent(event: string, atMs: number): void {
    if (event.startsWith(":")) return;
    if (this.#isDone) this.complain("an event behind [DONE]");
    if (!event.startsWith("data: ")) return this.complain(`no data: ${event.slice(0, 40)}`);
    const data = event.slice("data: ".length);
    if (data === "[DONE]") this.#isDone = true;
    else this.#readData(data, atMs);
  }

  #readData(data: string, atMs: number): void {
    // Nearly all of them: what is found where the mock writes it need not be parsed to be right.
    if (data.includes(`"content":"${tokenText(this.#chunks)}"`) && data.endsWith("}")) {
      this.#listener.chunk(this.#chunks, atMs);
      this.#chunks++;
      return;
    }
    const chunk = parseJson(data) as ChunkJson | undefined;
    if (chunk === undefined) return this.complain(`no JSON: ${data.slice(0, 40)}`);
    const content = chunk.choices?.[0]?.delta?.content ?? "";
    if (content === "") return;
    if (content !== tokenText(this.#chunks)) {
      this.complain(`${JSON.stringify(content)} instead of token ${this.#chunks}`);
    }
    this.#listener.chunk(this.#chunks, atMs);
    this.#chunks++;
  }
}

export class CompletionCheck extends AnswerCheck {
  readonly #tokens: number;
  readonly #onEnd: () => void;
  readonly #pieces: Buffer[] = [];

  constructor(tokens: number, onEnd: () => void = () => undefined) {
    super();
    this.#tokens = tokens;
    this.#onEnd = onEnd;
  }

  protected override read(bytes: Buffer): void {
    this.#pieces.push(bytes);
  }

  protected override finish(): void {
    const body = Buffer.concat(this.#pieces).toString("utf8");
    const completion = parseJson(body) as CompletionJson | undefined;
    const content = completion?.choices?.[0]?.message?.content;
    if (content !== answerText(this.#tokens)) this.complain(`wrong answer: ${body.slice(0, 80)}`);
    this.#onEnd();
  }
}

/** @returns `undefined` when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
