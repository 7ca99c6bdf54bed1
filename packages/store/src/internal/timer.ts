import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import type { Clock } from "@slipstream/contracts/clock";

/** What time it is, and being called later. Tests have one that they move. */
export interface Timer extends Clock {
  after(ms: number, call: () => void): Appointment;
}

export interface Appointment {
  /** Nothing happens when it is over. */
  cancel(): void;
}

export const systemTimer: Timer = {
  nowMs: () => performance.now(),
  after(ms, call) {
    const timeout = setTimeout(call, ms);
    return { cancel: () => clearTimeout(timeout) };
  },
};
