/**
 * Makes the load and times it from the client's side. It runs in the bench's own process, which is
 * neither the mock's nor that of what is measured.
 *
 * All loads are open: they come at their own time, whether or not the answers keep up.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CompletionCheck, StreamCheck } from "./answer-check.ts";
import type { AnswerCheck } from "./answer-check.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { HttpConnection, encodeRequest } from "./http-connection.ts";
import type { Address } from "./http-connection.ts";
import { InvalidRun } from "./invalid-run.ts";
import { holdOpen } from "./measured-window.ts";
import type { MeasuredWindow } from "./measured-window.ts";
import { RequestTally } from "./request-tally.ts";
import type { RequestLoad } from "./request-tally.ts";
import { requestBody, startStepMs } from "./scenario.ts";
import type { ArrivalShape, RequestShape, Scenario, StreamShape } from "./scenario.ts";
import { StreamTally } from "./stream-tally.ts";
import type { StreamLoad } from "./stream-tally.ts";
import { until } from "./until.ts";

export interface Target {
  readonly address: Address;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The name by which the scenario is played. */
  readonly model: string;
}

/** A server takes this long to welcome a thousand clients at once; that is not what is measured. */
const CONNECTED_MS = 500;

/** What is still running this long after it should have ended never will, also where the load is excessive. */
const END_MS_MAX = 20_000;

/** Streams that all begin before the window, and end after it, each on a connection of its own. */
export async function loadStreams(
  target: Target,
  { scenario, shape }: { readonly scenario: Scenario; readonly shape: StreamShape },
  window: MeasuredWindow,
): Promise<StreamLoad> {
  const request = toRequestBytes(target, scenario);
  const tally = new StreamTally({ paceMs: shape.gapMs, firstChunks: "of_all" });
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
    await holdOpen([tally, window], () =>
      Promise.all([sleep(shape.windowMs), leaveInTurn(shape, connections, streams)]),
    );
    await untilAllEnd(exchanges);
    requireGoodAnswers(streams);
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

/** Short streams that begin and end all the time. */
export async function loadArrivals(
  target: Target,
  { scenario, shape }: { readonly scenario: Scenario; readonly shape: ArrivalShape },
  window: MeasuredWindow,
): Promise<StreamLoad> {
  const tally = new StreamTally({ paceMs: shape.gapMs, firstChunks: "due_in_window" });
  const begin = (): AnswerCheck => new StreamCheck(scenario.tokens, tally.listen());
  await loadAtRate(target, { scenario, shape, begin }, [tally, window]);
  return tally;
}

export async function loadRequests(
  target: Target,
  { scenario, shape }: { readonly scenario: Scenario; readonly shape: RequestShape },
  window: MeasuredWindow,
): Promise<RequestLoad> {
  const tally = new RequestTally();
  const begin = (): AnswerCheck => new CompletionCheck(scenario.tokens, tally.listen());
  await loadAtRate(target, { scenario, shape, begin }, [tally, window]);
  return tally;
}

interface RateLoad {
  readonly scenario: Scenario;
  readonly shape: RequestShape;
  /** For a request that is due now. */
  readonly begin: () => AnswerCheck;
}

/** Requests that are sent when they are due, on connections that are kept alive. */
async function loadAtRate(
  target: Target,
  { scenario, shape, begin }: RateLoad,
  windows: readonly MeasuredWindow[],
): Promise<void> {
  const request = toRequestBytes(target, scenario);
  const connections = await openAll(target.address, shape.connections);
  try {
    const pool = new ConnectionPool(connections);
    const checks: AnswerCheck[] = [];
    const exchanges: Promise<void>[] = [];
    const sent = atRate(shape, () => {
      const check = begin();
      checks.push(check);
      exchanges.push(pool.exchange(request, check));
    });
    await sleep(shape.settleMs);
    await holdOpen(windows, () => sleep(shape.windowMs));
    await sent;
    await untilAllEnd(exchanges);
    requireGoodAnswers(checks);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function atRate(
  { requestsPerSecond, settleMs, windowMs }: RequestShape,
  send: () => void,
): Promise<void> {
  const startMs = performance.now();
  const stepMs = 1000 / requestsPerSecond;
  /** The load goes on until the window has surely closed. */
  const spareMs = 100;
  const endMs = startMs + settleMs + windowMs + spareMs;
  for (let dueMs = startMs; dueMs < endMs; dueMs += stepMs) {
    await until(dueMs);
    send();
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

function toRequestBytes({ address, path, headers, model }: Target, scenario: Scenario): Buffer {
  return encodeRequest(address, path, headers, requestBody(scenario, model));
}

/** @throws {InvalidRun} when one is refused; the others are closed, for the run may go on without this subject. */
async function openAll(address: Address, count: number): Promise<HttpConnection[]> {
  const opening = Array.from({ length: count }, () => HttpConnection.open(address));
  try {
    return await Promise.all(opening);
  } catch (error) {
    for (const opened of await Promise.allSettled(opening)) {
      if (opened.status === "fulfilled") opened.value.close();
    }
    throw error;
  }
}

async function untilAllEnd(exchanges: readonly Promise<void>[]): Promise<void> {
  const timer = new AbortController();
  const late = sleep(END_MS_MAX, "late", { signal: timer.signal }).catch(() => undefined);
  const winner = await Promise.race([Promise.all(exchanges), late]);
  timer.abort();
  if (winner === "late") throw new InvalidRun(`answers have not ended ${END_MS_MAX} ms too late`);
}

function requireGoodAnswers(checks: readonly AnswerCheck[]): void {
  const problems = checks.map(({ problem }) => problem).filter((problem) => problem !== undefined);
  if (problems.length === 0) return;
  throw new InvalidRun(`${problems.length} of ${checks.length} answers are bad: ${problems[0]}`);
}
