/**
 * Which traces are kept: a part of all, decided by the trace id when a request starts, and every
 * one that somebody will ask about, decided when it has ended.
 */
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

/** Why a trace is kept: one that is in the sample needs no other reason. */
export type KeepReason = TailReason | "sampled";

/** A client that got an answer it did not like is told why; nobody has to look into our gateway for it. */
const UNREMARKABLE: ReadonlySet<Outcome> = new Set<Outcome>(["complete", "rejected"]);

/** What any client can bring about as often as it likes. */
const MADE_BY_CLIENTS: ReadonlySet<KeepReason> = new Set<KeepReason>([
  "sampled",
  "client_abort",
  "client_too_slow",
]);

/** How much of the room for waiting spans a trace may find taken: the second half is for failures. */
export type QueuePart = "half" | "whole";

export function findQueuePart(reason: KeepReason): QueuePart {
  return MADE_BY_CLIENTS.has(reason) ? "half" : "whole";
}

/** @returns `undefined` when nobody will miss the trace. */
export function findTailReason(
  report: Pick<RequestReport, "outcome" | "stream" | "principal">,
  slowFirstTokenMs: number,
): TailReason | undefined {
  const { outcome, stream, principal } = report;
  if (outcome !== "complete") {
    // Without a key anybody can come and leave.
    if (principal === undefined && MADE_BY_CLIENTS.has(outcome)) return undefined;
    if (!UNREMARKABLE.has(outcome)) return outcome;
  }
  if (stream?.firstChunkMs === undefined) return undefined;
  if (stream.firstChunkMs >= slowFirstTokenMs) return "slow_first_token";
  return stream.gapMsMax >= STALL_MS ? "stalled" : undefined;
}
