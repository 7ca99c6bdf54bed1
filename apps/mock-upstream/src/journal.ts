/** What the mock remembers about its requests: counters, and the last requests one by one. */
import { createHash } from "node:crypto";
import { nowMs } from "./monotonic-clock.ts";

/** `rejected`: the mock refused the request itself, e.g. for a scenario that it does not know. */
export type MockOutcome = "running" | "complete" | "client_abort" | "scripted_failure" | "rejected";

/** What is known when the headers are there. */
export interface RequestHead {
  /** The `id` of the answer. */
  readonly id: string;
  readonly path: string;
  /** Start of the SHA-256 of the `authorization` header as sent; `undefined` without one. */
  readonly authorizationSha256: string | undefined;
  readonly requestId: string | undefined;
  readonly traceparent: string | undefined;
  /** Names of all headers, in lower case, as they came. */
  readonly headerNames: readonly string[];
}

/** What the body says. */
export interface RequestBody {
  readonly bodyBytes: number;
  readonly model: string;
  /** Settings that differ from the defaults, in the syntax. */
  readonly scenario: string;
  readonly isStream: boolean;
}

/** Times are `process.hrtime` in milliseconds, the same clock in all processes of a machine. */
export interface RequestRecord extends RequestHead {
  /** 0 until the whole body has been read. */
  readonly bodyBytes: number;
  readonly model: string | undefined;
  readonly scenario: string | undefined;
  readonly isStream: boolean;
  /** Tokens in the writes that the operating system has taken as a whole. */
  readonly tokensSent: number;
  /** Bytes of the response body in those writes; without HTTP's own framing. */
  readonly bytesWritten: number;
  readonly outcome: MockOutcome;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
  /** Of the bytes that `bytesWritten` counts; `undefined` while running. */
  readonly bodySha256: string | undefined;
}

/** Counts since the start or the last reset, except for `inFlight` and `connections`, which are now. */
export interface MockStats {
  readonly requests: number;
  readonly streams: number;
  readonly inFlight: number;
  readonly completed: number;
  readonly clientAborts: number;
  readonly scriptedFailures: number;
  readonly rejected: number;
  /** Open now. */
  readonly connections: number;
  /** Opened in all. */
  readonly connectionsOpened: number;
  readonly tokensSent: number;
  readonly bytesWritten: number;
  /** The last requests, oldest first, running ones included. */
  readonly recent: readonly RequestRecord[];
}

/** About half a megabyte of JSON. */
export const RECENT_MAX = 1_000;

type Counters = { -readonly [Name in keyof Omit<MockStats, "recent">]: number };

const COUNTER_OF_OUTCOME = {
  complete: "completed",
  client_abort: "clientAborts",
  scripted_failure: "scriptedFailures",
  rejected: "rejected",
} as const satisfies Record<Exclude<MockOutcome, "running">, keyof Counters>;

export class Journal {
  readonly #counters: Counters = { ...ZERO };
  #recent: JournalEntry[] = [];

  open(head: RequestHead): JournalEntry {
    const entry = new JournalEntry(head, this.#counters);
    this.#counters.requests++;
    this.#counters.inFlight++;
    this.#recent.push(entry);
    if (this.#recent.length > RECENT_MAX) this.#recent.shift();
    return entry;
  }

  connectionOpened(): void {
    this.#counters.connections++;
    this.#counters.connectionsOpened++;
  }

  connectionClosed(): void {
    this.#counters.connections--;
  }

  stats(): MockStats {
    return { ...this.#counters, recent: this.#recent.map((entry) => entry.toRecord()) };
  }

  /** Forgets everything but what is still running. */
  reset(): void {
    const { inFlight, connections } = this.#counters;
    Object.assign(this.#counters, ZERO, { inFlight, connections });
    this.#recent = this.#recent.filter((entry) => entry.isRunning);
  }
}

/** One request. It is told what happens; the first end counts. */
export class JournalEntry {
  readonly startedAtMs: number = nowMs();
  readonly #head: RequestHead;
  readonly #counters: Counters;
  readonly #hash = createHash("sha256");
  #body: RequestBody | undefined;
  #tokensSent = 0;
  #bytesWritten = 0;
  #outcome: MockOutcome = "running";
  #endedAtMs: number | undefined;
  #bodySha256: string | undefined;

  constructor(head: RequestHead, counters: Counters) {
    this.#head = head;
    this.#counters = counters;
  }

  get isRunning(): boolean {
    return this.#outcome === "running";
  }

  received(body: RequestBody): void {
    this.#body = body;
    if (body.isStream) this.#counters.streams++;
  }

  /** Hot. @param body Bytes of the response body that have been taken by the operating system. */
  wrote(body: Buffer, tokens: number): void {
    if (!this.isRunning) return;
    this.#bytesWritten += body.length;
    this.#tokensSent += tokens;
    this.#counters.bytesWritten += body.length;
    this.#counters.tokensSent += tokens;
    this.#hash.update(body);
  }

  end(outcome: Exclude<MockOutcome, "running">): void {
    if (!this.isRunning) return;
    this.#outcome = outcome;
    this.#endedAtMs = nowMs();
    this.#bodySha256 = this.#hash.digest("hex");
    this.#counters.inFlight--;
    this.#counters[COUNTER_OF_OUTCOME[outcome]]++;
  }

  toRecord(): RequestRecord {
    return {
      ...this.#head,
      bodyBytes: this.#body?.bodyBytes ?? 0,
      model: this.#body?.model,
      scenario: this.#body?.scenario,
      isStream: this.#body?.isStream ?? false,
      tokensSent: this.#tokensSent,
      bytesWritten: this.#bytesWritten,
      outcome: this.#outcome,
      startedAtMs: this.startedAtMs,
      endedAtMs: this.#endedAtMs,
      bodySha256: this.#bodySha256,
    };
  }
}

const ZERO: Readonly<Counters> = {
  requests: 0,
  streams: 0,
  inFlight: 0,
  completed: 0,
  clientAborts: 0,
  scriptedFailures: 0,
  rejected: 0,
  connections: 0,
  connectionsOpened: 0,
  tokensSent: 0,
  bytesWritten: 0,
};
