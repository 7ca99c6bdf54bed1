/** How far an attempt has come, and how long it may stay there. */
import type { ResponseHeaders } from "@slipstream/contracts/client";
import type { Deadlines } from "@slipstream/contracts/deployment";
import type { GatewayError } from "@slipstream/contracts/errors";
import type { StreamMeter } from "@slipstream/streaming-core/stream-meter";
import type { StreamRelay } from "@slipstream/streaming-core/stream-relay";
import type { BodyCollector } from "./body-collector.ts";
import type { ByteRelay } from "./byte-relay.ts";
import type { RequestBody } from "./request-body.ts";
import type { RunningTime } from "./running-time.ts";
import { connectTimeout, firstTokenTimeout, queueTimeout, stallTimeout } from "./timeouts.ts";

/** What an upstream may take to end its response behind the announced end of the stream, ms. */
const DONE_GRACE_MS = 1000;

export type AttemptPhase =
  /** For one of our own connections, all of which are in use. */
  | { readonly type: "queued" }
  | { readonly type: "connecting"; readonly sinceMs: number }
  /** For the head; the request is on its way. */
  | { readonly type: "waiting" }
  /** A whole answer, or an error. */
  | { readonly type: "collecting"; readonly collector: BodyCollector }
  | { readonly type: "streaming"; readonly relay: StreamRelay; readonly meter: StreamMeter }
  | { readonly type: "passing"; readonly relay: ByteRelay; readonly headers: ResponseHeaders }
  | { readonly type: "over" };

export interface AttemptTimes {
  readonly time: RunningTime;
  /** When the attempt began. */
  readonly startMs: number;
  readonly deadlines: Deadlines;
  readonly isStream: boolean;
  readonly body: RequestBody;
}

/** @returns the error when the phase has lasted too long. */
export function findPhaseTimeout(
  phase: AttemptPhase,
  times: AttemptTimes,
): GatewayError | undefined {
  const { time, deadlines } = times;
  switch (phase.type) {
    case "queued":
    case "connecting":
      return findConnectTimeout(phase, times);
    case "waiting":
      // A whole answer may take as long as a stream from its first token to its last.
      return times.isStream
        ? findFirstTokenTimeout(times)
        : times.body.findTimeout(time, deadlines.stallMs);
    case "collecting":
      return findBodyStall(phase.collector, times);
    case "streaming":
      return phase.meter.chunks === 0 && !phase.meter.isDone
        ? findFirstTokenTimeout(times)
        : findStreamStall(phase, times);
    case "passing":
      // An upstream that is held back for a slow client cannot show that it lives.
      if (phase.relay.isPaused) return undefined;
      return findStall(time, phase.relay.aliveAtMs, deadlines.stallMs);
    case "over":
      return undefined;
  }
}

/** What it has waited for us before its connection was opened does not count against the upstream. */
function findConnectTimeout(
  phase: AttemptPhase & { type: "queued" | "connecting" },
  { time, startMs, deadlines: { connectMs } }: AttemptTimes,
): GatewayError | undefined {
  if (phase.type === "queued") {
    return time.hasPassed(startMs, connectMs) ? queueTimeout() : undefined;
  }
  return time.hasPassed(phase.sinceMs, connectMs) ? connectTimeout() : undefined;
}

function findFirstTokenTimeout({
  time,
  startMs,
  deadlines,
}: AttemptTimes): GatewayError | undefined {
  const isLate = time.hasPassed(startMs, deadlines.firstTokenMs);
  return isLate ? firstTokenTimeout() : undefined;
}

function findStreamStall(
  { meter, relay }: AttemptPhase & { type: "streaming" },
  times: AttemptTimes,
): GatewayError | undefined {
  if (relay.isPaused) return undefined;
  const stallMs = meter.isDone ? DONE_GRACE_MS : times.deadlines.stallMs;
  return findStall(times.time, Math.max(meter.progressAtMs, relay.resumedAtMs), stallMs);
}

/** Some send the head at once and the rest when they have it. */
function findBodyStall(collector: BodyCollector, times: AttemptTimes): GatewayError | undefined {
  const { stallMs } = times.deadlines;
  return collector.lastFrameAtMs === undefined
    ? times.body.findTimeout(times.time, stallMs)
    : findStall(times.time, collector.lastFrameAtMs, stallMs);
}

function findStall(
  time: RunningTime,
  aliveAtMs: number,
  stallMs: number,
): GatewayError | undefined {
  return time.hasPassed(aliveAtMs, stallMs) ? stallTimeout() : undefined;
}
