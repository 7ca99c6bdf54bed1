/**
 * Which traces are kept: a part of all, decided by the trace id when a request starts, and every
 * one that somebody will ask about, decided when it has ended.
 */
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import type { Outcome } from "@slipstream/contracts/outcome";
import type { RequestReport } from "@slipstream/contracts/request-events";
import { STALL_MS } from "../stall.ts";

/** Hexadecimal digits of a trace id that are looked at: 52 bits, which a number holds exactly. */
const DIGITS = 13;
const RANGE = 2 ** 52;

/**
 * The same answer wherever the trace id is looked at in this way: its last digits, high ones first.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 *
 * @param ratio 0 to 1.
 */
export function isInSample(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-DIGITS), 16) >= (1 - ratio) * RANGE;
}

/** Why a trace is kept that is not in the sample. */
export type TailReason = Exclude<Outcome, "complete"> | "slow_first_token" | "stalled";

/** A client that got an answer it did not like is told why; nobody has to look into our gateway for it. */
const UNREMARKABLE: ReadonlySet<Outcome> = new Set<Outcome>(["complete", "rejected"]);

/** @returns `undefined` when nobody will miss the trace. */
export function findTailReason(
  report: Pick<RequestReport, "outcome" | "errorCode" | "stream">,
  slowFirstTokenMs: number,
): TailReason | undefined {
  const { outcome, errorCode, stream } = report;
  if (outcome !== "complete") {
    const isOurs = errorCode !== undefined && ERROR_SPECS[errorCode].blame !== "client";
    if (isOurs || !UNREMARKABLE.has(outcome)) return outcome;
  }
  if (stream?.firstChunkMs === undefined) return undefined;
  if (stream.firstChunkMs >= slowFirstTokenMs) return "slow_first_token";
  return stream.gapMsMax >= STALL_MS ? "stalled" : undefined;
}
