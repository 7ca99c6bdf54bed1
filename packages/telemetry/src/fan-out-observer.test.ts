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
  const observer = new FanOutObserver(subscribers, (loss) => losses.push(loss));

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

test("the upstream continues the trace of whoever keeps one", () => {
  const own = { traceparent: "00-3-4-01" };
  const subscribers = [
    { observe: () => undefined },
    { observe: () => undefined, traceHeaders: () => own },
  ];
  const observer = new FanOutObserver(subscribers, () => undefined);
  expect(observer.traceHeaders(ATTEMPT, {})).toBe(own);
});
