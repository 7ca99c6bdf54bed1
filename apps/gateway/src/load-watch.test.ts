import { OpenRequests } from "@slipstream/pipeline/open-requests";
import { FakeClock } from "@slipstream/testkit/fake-clock";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchLoad } from "./load-watch.ts";

const INTERVAL_MS = 50;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("it reads what there is, the answers as they were at the last sweep", () => {
  const clock = new FakeClock();
  const openRequests = new OpenRequests();
  const swept: number[] = [];
  const sweptLookUps: number[] = [];
  const latenessMs: number[] = [];
  const load = watchLoad({
    clock,
    openRequests,
    authenticator: { sweep: () => sweptLookUps.push(clock.nowMs()) },
    usage: { waiting: 7 },
    metrics: { recordLoopDelay: (lateMs) => latenessMs.push(lateMs) },
  });
  openRequests.add({
    sweep: ({ nowMs }) => swept.push(nowMs),
    heldBytes: 123,
    interrupt: () => undefined,
  });
  const idle = { openRequests: 1, heldBytes: 0, loopDelayMs: 0, usageRecordsWaiting: 7 };
  expect(load.read()).toEqual(idle);
  for (let turn = 0; turn < 5; turn++) {
    clock.advance(INTERVAL_MS + 1000);
    vi.advanceTimersByTime(INTERVAL_MS);
  }
  // A late sweep ends nobody whose socket has not been read since.
  expect(swept).toEqual([1050, 3150, 5250]);
  expect(sweptLookUps).toEqual([1050, 2100, 3150, 4200, 5250]);
  expect(latenessMs).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(load.read()).toEqual({ ...idle, heldBytes: 123 });
  clock.advance(INTERVAL_MS + 600);
  expect(load.read().loopDelayMs).toBe(600);
  load.stop();
  vi.advanceTimersByTime(INTERVAL_MS);
  expect(swept).toHaveLength(3);
});
