import type { RequestEvent } from "@slipstream/contracts/request-events";
import { expect, test } from "vitest";
import { ATTEMPT, REPORT } from "../test/plain-events.ts";
import { FanOutObserver } from "./fan-out-observer.ts";
import type { RequestSubscriber } from "./fan-out-observer.ts";
import type { Loss } from "./losses.ts";

const END: RequestEvent = { type: "request_end", report: REPORT };

function throwing(): never {
  throw new Error("a bug");
}

function fail(): never {
  throw new Error("nothing was lost");
}

/** Writes down what it is told. */
function createScribe(): RequestSubscriber & { readonly heard: unknown[] } {
  const heard: unknown[] = [];
  return {
    heard,
    observe: (event) => heard.push(event),
    streamRecorder: () => ({
      recordGap: (gapMs, tokens) => heard.push([gapMs, tokens]),
      recordDelay: (delayMs) => heard.push(delayMs),
    }),
  };
}

test("a subscriber that throws hurts neither the request nor the others", () => {
  const losses: Loss[] = [];
  const scribe = createScribe();
  const subscribers: RequestSubscriber[] = [
    { observe: throwing, streamRecorder: throwing, traceHeaders: throwing },
    {
      observe: throwing,
      streamRecorder: () => ({ recordGap: throwing, recordDelay: throwing }),
    },
    { observe: () => undefined },
    scribe,
  ];
  const observer = new FanOutObserver(subscribers, {
    recordLoss: (loss) => losses.push(loss),
    subscriberFailed: () => undefined,
    clock: { nowMs: () => 0 },
  });

  observer.observe(END);
  expect(losses).toHaveLength(2);
  const recorder = observer.streamRecorder(ATTEMPT);
  expect(losses).toHaveLength(3);
  recorder.recordGap(20, 2);
  recorder.recordDelay(30);
  expect(losses).toHaveLength(5);
  const trace = { traceparent: "00-1-2-01" };
  expect(observer.traceHeaders(ATTEMPT, trace)).toBe(trace);
  expect(losses).toEqual(Array(6).fill("subscriber_error"));
  expect(scribe.heard).toEqual([END, [20, 2], 30]);
});

test("the first error of each subscriber in a minute is told", () => {
  let nowMs = 0;
  const told: unknown[] = [];
  const failing = (name: string): RequestSubscriber => {
    const bug = (): never => {
      throw new Error(`${name} ${nowMs}`);
    };
    return { observe: bug, streamRecorder: () => ({ recordGap: bug, recordDelay: bug }) };
  };
  const observer = new FanOutObserver([failing("one"), failing("other")], {
    recordLoss: () => undefined,
    subscriberFailed: (error) => told.push(String(error)),
    clock: { nowMs: () => nowMs },
  });
  const recorder = observer.streamRecorder(ATTEMPT);
  observer.observe(END);
  nowMs += 59_999;
  observer.observe(END);
  recorder.recordGap(20, 2);
  expect(told).toEqual(["Error: one 0", "Error: other 0"]);
  nowMs += 1;
  recorder.recordDelay(30);
  observer.observe(END);
  expect(told.slice(2)).toEqual(["Error: one 60000", "Error: other 60000"]);
});

test("the upstream continues the trace of whoever keeps one", () => {
  const own = { traceparent: "00-3-4-01" };
  const subscribers = [
    { observe: () => undefined },
    { observe: () => undefined, traceHeaders: () => own },
  ];
  const observer = new FanOutObserver(subscribers, {
    recordLoss: fail,
    subscriberFailed: fail,
    clock: { nowMs: () => 0 },
  });
  expect(observer.traceHeaders(ATTEMPT, {})).toBe(own);
});
