import { performance } from "node:perf_hooks";
import type { Clock } from "@slipstream/contracts/clock";

/** The monotonic clock of the process. */
export const systemClock: Clock = { nowMs: () => performance.now() };
