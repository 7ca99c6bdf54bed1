/**
 * Measures what the gateway has to do, with the one timer of an idle gateway that fires often: it sweeps the
 * open requests and look-ups, tells how late timers are, and reads what takes too long to be read for each request.
 */
import type { Authenticator } from "@slipstream/auth/authenticator";
import type { Clock } from "@slipstream/contracts/clock";
import type { Load } from "@slipstream/pipeline/load";
import { LoopDelay } from "@slipstream/pipeline/loop-delay";
import type { OpenRequests } from "@slipstream/pipeline/open-requests";
import { SWEEP_INTERVAL_MS } from "@slipstream/pipeline/running-time";
import type { Metrics } from "@slipstream/telemetry/metrics";

export interface Watched {
  readonly clock: Clock;
  readonly openRequests: OpenRequests;
  readonly authenticator: Pick<Authenticator, "sweep">;
  readonly usage: { readonly waiting: number };
  readonly metrics: Pick<Metrics, "recordLoopDelay">;
}

export interface LoadWatch {
  /** At this moment; of what is held, the answers alone, as they were at the last sweep. */
  readonly read: () => Load;
  stop(): void;
}

export function watchLoad({
  clock,
  openRequests,
  authenticator,
  usage,
  metrics,
}: Watched): LoadWatch {
  const loopDelay = new LoopDelay(SWEEP_INTERVAL_MS, clock.nowMs());
  let heldBytes = 0;
  const timer = setInterval(() => {
    const nowMs = clock.nowMs();
    metrics.recordLoopDelay(loopDelay.fired(nowMs));
    openRequests.sweep(nowMs);
    authenticator.sweep();
    heldBytes = openRequests.heldBytes;
  }, SWEEP_INTERVAL_MS);
  return {
    read: () => ({
      openRequests: openRequests.count,
      heldBytes,
      loopDelayMs: loopDelay.read(clock.nowMs()),
      usageRecordsWaiting: usage.waiting,
    }),
    stop: () => clearInterval(timer),
  };
}
