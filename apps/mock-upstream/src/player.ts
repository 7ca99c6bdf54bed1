/**
 * Plays a timeline on one response. Hot: a step per event.
 *
 * The head and the end of a response go through `node:http`, which keeps its state in order; the
 * bytes between go to the socket as they were compiled, chunk framing included, because
 * `response.write` makes four buffers of each chunk.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Alarm } from "./clockwork.ts";
import type { Clockwork } from "./clockwork.ts";
import type { JournalEntry } from "./journal.ts";
import { nowMs } from "./monotonic-clock.ts";
import type { Headers, Step, Timeline, Write } from "./timeline.ts";

export interface Stage {
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly clockwork: Clockwork;
  readonly entry: JournalEntry;
  /** Written over `ID_PLACEHOLDER`, and as long. */
  readonly id: string;
  /** Headers of this request alone. */
  readonly headers: Headers;
}

export function play(timeline: Timeline, stage: Stage): void {
  new Player(timeline, stage).start();
}

/** A stream without gaps must not keep the others waiting for more than about a millisecond. */
const STEPS_PER_TURN = 100;

interface UnconfirmedWrite {
  readonly body: Buffer;
  readonly tokens: number;
}

class Player {
  readonly #timeline: Timeline;
  readonly #stage: Stage;
  readonly #alarm: Alarm;
  /** Handed to the socket and not yet taken by the operating system. */
  readonly #unconfirmed: UnconfirmedWrite[] = [];
  #position = 0;
  #repeats = 0;
  #isFlushing = false;
  /** When the last step was due; a late step does not delay the ones after it. */
  #dueMs = nowMs();

  constructor(timeline: Timeline, stage: Stage) {
    this.#timeline = timeline;
    this.#stage = stage;
    this.#alarm = new Alarm(this.#resume);
  }

  start(): void {
    const { response, entry, socket, clockwork } = this.#stage;
    response.once("close", () => {
      entry.end("client_abort");
      if (socket.destroyed) clockwork.clear(this.#alarm);
    });
    this.#resume();
  }

  /** Plays until a step has to wait; whatever it waits for calls this again. */
  readonly #resume = (): void => {
    const { socket } = this.#stage;
    for (let played = 0; socket.writable; played++) {
      if (played === STEPS_PER_TURN) {
        setImmediate(this.#resume);
        return;
      }
      const step = this.#timeline.steps[this.#position];
      if (step === undefined) return;
      this.#position++;
      if (!this.#perform(step)) return;
    }
  };

  /** @returns false when the next step has to wait. */
  #perform(step: Step): boolean {
    switch (step.type) {
      case "wait":
        return this.#wait(step.ms);
      case "turn":
        setImmediate(this.#resume);
        return false;
      case "head":
        return this.#sendHead(step.status, step.headers);
      case "write":
        return this.#write(step);
      case "repeat":
        return this.#repeat(step.steps, step.times);
      case "end":
        return this.#isFlushed() && this.#end();
      case "close":
        return this.#isFlushed() && this.#close();
      case "reset":
        return this.#isFlushed() && this.#reset();
    }
  }

  #wait(ms: number): boolean {
    this.#dueMs += ms;
    if (this.#dueMs <= nowMs()) return true;
    this.#stage.clockwork.set(this.#alarm, this.#dueMs);
    return false;
  }

  /** Headers leave in one packet with the first write, if that follows at once. */
  #sendHead(status: number, headers: Headers): boolean {
    const { response, socket } = this.#stage;
    socket.cork();
    response.writeHead(status, { ...headers, ...this.#stage.headers });
    response.flushHeaders();
    const next = this.#timeline.steps[this.#position];
    const isWrite = next?.type === "write";
    if (isWrite) this.#position++;
    const isReady = !isWrite || this.#write(next);
    socket.uncork();
    return isReady;
  }

  #write(write: Write): boolean {
    const { response, socket } = this.#stage;
    const bytes = this.#withId(write);
    const body = bytes.subarray(write.bodyStart, write.bodyEnd);
    this.#unconfirmed.push({ body, tokens: write.tokens });
    // A client of HTTP/1.0 gets no chunk framing.
    const isFramed = response.chunkedEncoding || write.bodyStart === 0;
    const isDrained = socket.write(isFramed ? bytes : body, this.#confirm);
    if (!isDrained) socket.once("drain", this.#resume);
    return isDrained;
  }

  readonly #confirm = (error: Error | null | undefined): void => {
    const write = this.#unconfirmed.shift();
    if (write !== undefined && !error) this.#stage.entry.wrote(write.body, write.tokens);
    if (this.#isFlushing && this.#unconfirmed.length === 0) {
      this.#isFlushing = false;
      this.#resume();
    }
  };

  #withId({ bytes, idOffsets }: Write): Buffer {
    if (idOffsets.length === 0) return bytes;
    const own = Buffer.from(bytes);
    for (const offset of idOffsets) own.write(this.#stage.id, offset, "latin1");
    return own;
  }

  #repeat(steps: number, times: number): boolean {
    if (this.#repeats >= times) return true;
    this.#repeats++;
    this.#position -= steps + 1;
    return true;
  }

  /** An ending comes after everything before it has left; until then it is put off. */
  #isFlushed(): boolean {
    if (this.#unconfirmed.length === 0) return true;
    this.#position--;
    this.#isFlushing = true;
    return false;
  }

  #end(): boolean {
    const { response, entry } = this.#stage;
    response.once("finish", () => {
      entry.end(this.#timeline.outcome);
      this.#resume();
    });
    response.end();
    return false;
  }

  #close(): boolean {
    this.#stage.entry.end(this.#timeline.outcome);
    this.#stage.socket.destroy();
    return false;
  }

  #reset(): boolean {
    this.#stage.entry.end(this.#timeline.outcome);
    this.#stage.socket.resetAndDestroy();
    return false;
  }
}
