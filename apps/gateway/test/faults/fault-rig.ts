/** What a fault is judged by: the client's bytes, and what was counted and written down. */
import { eventually } from "@slipstream/testkit/eventually";
import type { UsageRecord } from "@slipstream/contracts/usage-record";
import { expect, onTestFinished } from "vitest";
import { readMetric, readMetricBy, startRig } from "../gateway-rig.ts";
import type { GatewayRig } from "../gateway-rig.ts";
import type { HttpAnswer } from "../http-answers.ts";
import type { RigModels, RigOptions } from "../rig-config.ts";

/**
 * Deadlines fire within 100 ms on a machine that has time. Here several processes share two cores, and
 * a busy turn of the event loop is not what these tests are about. ms.
 */
/** The mock's tokens have eight bytes, ` token_0` for example; a token of a language has about four. */
export const ESTIMATED_PER_TOKEN = 2;

export const LATE_MS_MAX = 1000;

/** A rig of its own for one test, which ends with it: its counters begin at 0. */
export async function startFaultRig(
  models: RigModels,
  options: RigOptions = {},
): Promise<GatewayRig> {
  const rig = await startRig(models, options);
  onTestFinished(() => rig.close());
  return rig;
}

/** Everything that was counted and written down, without zeros. */
export interface Accounts {
  /** Requests by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Errors that clients were told of, by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Attempts by result. */
  readonly attempts: Readonly<Record<string, number>>;
  /** By the name of their model. */
  readonly records: readonly UsageRecord[];
}

export interface ExpectedAccounts extends Omit<Accounts, "records"> {
  /** What matters of each; there are no others. */
  readonly records: readonly object[];
}

/** Nothing but this has been counted and written down. Ends the gateway. */
export async function expectAccounts(rig: GatewayRig, expected: ExpectedAccounts): Promise<void> {
  const { records, ...counts } = await settle(rig);
  const { records: expectedRecords, ...expectedCounts } = expected;
  expect(counts).toEqual(expectedCounts);
  expect(records).toMatchObject(expectedRecords);
}

/** Waits until nothing is open any more, and ends the gateway, so that all that it had to say is written. */
export async function settle(rig: GatewayRig): Promise<Accounts> {
  await eventually(async () =>
    expect(await readMetric(rig, "slipstream_inflight_requests")).toBe(0),
  );
  const outcomes = await readMetricBy(rig, "slipstream_requests_total", "outcome");
  const errors = await readMetricBy(rig, "slipstream_errors_total", "code");
  const attempts = await readMetricBy(rig, "slipstream_upstream_attempts_total", "result");
  await rig.gateway.close();
  const { records } = await rig.store.usageReports.listUsage({});
  return { outcomes, errors, attempts, records: records.toSorted(byModel) };
}

function byModel(one: UsageRecord, other: UsageRecord): number {
  return (one.model ?? "").localeCompare(other.model ?? "");
}

/** How the upstream saw its requests end, in order. `client_abort`: we closed the connection on it. */
export async function expectUpstream(rig: GatewayRig, outcomes: readonly string[]): Promise<void> {
  await eventually(() =>
    expect(rig.mock.stats().recent.map(({ outcome }) => outcome)).toEqual(outcomes),
  );
}

/** A good answer that was read to its end is no reason to give its connection up. */
export function expectAllKept({ mock }: GatewayRig): void {
  const { connections, connectionsOpened } = mock.stats();
  expect(connections).toBe(connectionsOpened);
}

/** What is no good answer costs its connection: the proper one may still come, and belongs to nobody. */
export async function expectKept(
  { mock }: GatewayRig,
  kept: number,
  opened: number,
): Promise<void> {
  await eventually(() =>
    expect(mock.stats()).toMatchObject({ connections: kept, connectionsOpened: opened }),
  );
}

/** A stream that was begun and could not be finished: its last event says why, and then it is cut off. */
export function expectCutStream(answer: HttpAnswer, code: string): void {
  expect([answer.status, answer.isWhole]).toEqual([200, false]);
  expect(answer.body).not.toContain("[DONE]");
  const events = answer.body.split("\n\n");
  expect(events.pop()).toBe("");
  const errors = events.map((event) => event.startsWith(`data: {"error":`));
  expect(errors.indexOf(true)).toBe(errors.length - 1);
  expect(JSON.parse(events.at(-1)?.slice("data: ".length) ?? "")).toEqual({
    error: { message: expect.stringMatching(/./), type: "server_error", param: null, code },
  });
}

/** A whole stream of the mock's, from its role to its end, from one answer only. */
export function expectWholeStream(answer: HttpAnswer, tokens: number): void {
  expect([answer.status, answer.isWhole]).toEqual([200, true]);
  expect(answer.body.match(/token_\d+/g)).toEqual(
    Array.from({ length: tokens }, (_, index) => `token_${index}`),
  );
  expect(new Set(answer.body.match(/chatcmpl-\w{29}/g)).size).toBe(1);
  expect(answer.body.endsWith("data: [DONE]\n\n")).toBe(true);
}

/** An error in place of an answer, in OpenAI's envelope. */
export function expectRefusal(answer: HttpAnswer, status: number, code: string): void {
  expect([answer.status, answer.isWhole]).toEqual([status, true]);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
}
