/**
 * Makes the load and times it from the client's side. It runs in the bench's own process, which is
 * neither the mock's nor that of what is measured.
 *
 * Both loads are open: they come at their own time, whether or not the answers keep up.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CompletionCheck, StreamCheck } from "./answer-check.ts";
import { HttpConnection, encodeRequest } from "./http-connection.ts";
import type { Address } from "./http-connection.ts";
import { InvalidRun } from "./invalid-run.ts";
import { requestBody, startStepMs } from "./scenario.ts";
import type { RequestShape, Scenario, StreamShape } from "./scenario.ts";
import { Lateness } from "./lateness.ts";

export interface Target {
  readonly address: Address;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The name by which the scenario is played. */
  readonly model: string;
}

/** Called at both ends of the measured time, when the load is steady. */
export interface MeasuredWindow {
  open(): void;
  close(): void;
}

export interface StreamLoad {
  /** Streams that had brought content when the window opened. */
  readonly begun: number;
  /** Events with content that arrived in the window. */
  readonly events: number;
  /** HTTP chunks that brought them: as many, unless a proxy put several events in one. */
  readonly pieces: number;
  /** From the request to the first content, one per stream. */
  readonly firstChunkMs: readonly number[];
  /** From content to content of the same stream, in the window. */
  readonly gapMs: readonly number[];
  /** By how much events came later than the pace of their stream demands, in the window. */
  readonly latenessMs: readonly number[];
}

export interface RequestLoad {
  /** Answers that were complete in the window. */
  readonly answers: number;
  /** From the moment a request was due, waiting for a connection included; begun in the window. */
  readonly latencyMs: readonly number[];
}

/** A server takes this long to welcome a thousand clients at once; that is not what is measured. */
const CONNECTED_MS = 500;

/** What is still running this long after it should have ended never will, also where the load is excessive. */
const END_MS_MAX = 20_000;

export async function loadStreams(
  target: Target,
  { scenario, shape }: { readonly scenario: Scenario; readonly shape: StreamShape },
  window: MeasuredWindow,
): Promise<StreamLoad> {
  const request = toRequestBytes(target, scenario);
  const tally = new StreamTally(shape.gapMs);
  const connections = await openAll(target.address, shape.streams);
  await sleep(CONNECTED_MS);
  try {
    const startMs = performance.now();
    const streams: StreamCheck[] = [];
    const exchanges: Promise<void>[] = [];
    for (const connection of connections) {
      await until(startMs + streams.length * startStepMs(shape));
      const stream = new StreamCheck(scenario.tokens, tally.listen());
      streams.push(stream);
      exchanges.push(connection.exchange(request, stream));
    }
    await sleep(shape.settleMs);
    tally.open();
    window.open();
    await Promise.all([sleep(shape.windowMs), leaveInTurn(shape, connections, streams)]);
    tally.isOpen = false;
    window.close();
    await untilAllEnd(exchanges);
    requireGoodAnswers(streams);
    tally.settle();
    return tally;
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Evenly over the window, for no reason that a proxy could see coming. */
async function leaveInTurn(
  { leavingShare, windowMs }: StreamShape,
  connections: readonly HttpConnection[],
  streams: readonly StreamCheck[],
): Promise<void> {
  if (leavingShare === 0) return;
  const step = Math.round(1 / leavingShare);
  const openedMs = performance.now();
  for (let index = 0; index < streams.length; index += step) {
    await until(openedMs + (windowMs * (index + step / 2)) / streams.length);
    streams[index]?.leave();
    connections[index]?.close();
  }
}

export async function loadRequests(
  target: Target,
  { scenario, shape }: { readonly scenario: Scenario; readonly shape: RequestShape },
  window: MeasuredWindow,
): Promise<RequestLoad> {
  const connections = await openAll(target.address, shape.connections);
  try {
    const sender = new RequestSender(toRequestBytes(target, scenario), scenario, connections);
    const sent = sender.sendAll(shape);
    await sleep(shape.settleMs);
    sender.isOpen = true;
    window.open();
    await sleep(shape.windowMs);
    sender.isOpen = false;
    window.close();
    await untilAllEnd(await sent);
    requireGoodAnswers(sender.checks);
    return sender;
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** One request on a connection of its own. @throws {InvalidRun} when its answer is not good. */
export async function ask(target: Target, scenario: Scenario): Promise<void> {
  const connection = await HttpConnection.open(target.address);
  const check = new CompletionCheck(scenario.tokens);
  try {
    await untilAllEnd([connection.exchange(toRequestBytes(target, scenario), check)]);
    requireGoodAnswers([check]);
  } finally {
    connection.close();
  }
}

class StreamTally implements StreamLoad {
  isOpen = false;
  begun = 0;
  events = 0;
  pieces = 0;
  readonly firstChunkMs: number[] = [];
  readonly gapMs: number[] = [];
  readonly latenessMs: number[] = [];
  readonly #paceMs: number;
  readonly #lateness: Lateness[] = [];

  constructor(paceMs: number) {
    this.#paceMs = paceMs;
  }

  open(): void {
    this.isOpen = true;
    this.begun = this.firstChunkMs.length;
  }

  /** When all streams have ended. */
  settle(): void {
    for (const stream of this.#lateness) this.latenessMs.push(...stream.valuesMs);
  }

  /** For one stream, whose request is sent now. */
  listen(): { piece(): void; chunk(index: number, atMs: number): void } {
    let lastMs = performance.now();
    const lateness = new Lateness(this.#paceMs);
    this.#lateness.push(lateness);
    return {
      piece: () => {
        if (this.isOpen) this.pieces++;
      },
      chunk: (index, atMs) => {
        if (index === 0) this.firstChunkMs.push(atMs - lastMs);
        if (this.isOpen) {
          this.events++;
          this.gapMs.push(atMs - lastMs);
          lateness.add(index, atMs);
        }
        lastMs = atMs;
      },
    };
  }
}

class RequestSender implements RequestLoad {
  isOpen = false;
  answers = 0;
  readonly latencyMs: number[] = [];
  readonly checks: CompletionCheck[] = [];
  readonly #request: Buffer;
  readonly #scenario: Scenario;
  readonly #idle: HttpConnection[];
  readonly #waiting: ((connection: HttpConnection) => void)[] = [];

  constructor(request: Buffer, scenario: Scenario, connections: readonly HttpConnection[]) {
    this.#request = request;
    this.#scenario = scenario;
    this.#idle = [...connections];
  }

  /** @returns all requests, when the last one has been sent. */
  async sendAll({ requestsPerSecond, settleMs, windowMs }: RequestShape): Promise<Promise<void>[]> {
    const exchanges: Promise<void>[] = [];
    const startMs = performance.now();
    const stepMs = 1000 / requestsPerSecond;
    /** The load goes on until the window has surely closed. */
    const spareMs = 100;
    const endMs = startMs + settleMs + windowMs + spareMs;
    for (let dueMs = startMs; dueMs < endMs; dueMs += stepMs) {
      await until(dueMs);
      exchanges.push(this.#send());
    }
    return exchanges;
  }

  async #send(): Promise<void> {
    const isCounted = this.isOpen;
    // Not the planned time: a timer's millisecond of delay would hide what is looked for.
    const dueMs = performance.now();
    const check = new CompletionCheck(this.#scenario.tokens);
    this.checks.push(check);
    const connection = this.#idle.shift() ?? (await this.#nextConnection());
    await connection.exchange(this.#request, check);
    if (isCounted) this.latencyMs.push(performance.now() - dueMs);
    if (this.isOpen) this.answers++;
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(connection);
  }

  #nextConnection(): Promise<HttpConnection> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

function toRequestBytes({ address, path, headers, model }: Target, scenario: Scenario): Buffer {
  return encodeRequest(address, path, headers, requestBody(scenario, model));
}

function openAll(address: Address, count: number): Promise<HttpConnection[]> {
  return Promise.all(Array.from({ length: count }, () => HttpConnection.open(address)));
}

/** At once when it is late: what is behind catches up. */
async function until(atMs: number): Promise<void> {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) await sleep(waitMs);
}

async function untilAllEnd(exchanges: readonly Promise<void>[]): Promise<void> {
  const timer = new AbortController();
  const late = sleep(END_MS_MAX, "late", { signal: timer.signal }).catch(() => undefined);
  const winner = await Promise.race([Promise.all(exchanges), late]);
  timer.abort();
  if (winner === "late") throw new InvalidRun(`answers have not ended ${END_MS_MAX} ms too late`);
}

function requireGoodAnswers(checks: readonly { readonly problem: string | undefined }[]): void {
  const problems = checks.map(({ problem }) => problem).filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  throw new InvalidRun(`${problems.length} of ${checks.length} answers are bad: ${problems[0]}`);
}
