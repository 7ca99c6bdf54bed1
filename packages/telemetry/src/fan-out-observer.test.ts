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
    gapRecorder: () => ({ recordGap: (gapMs) => heard.push(gapMs) }),
  };
}

test("a subscriber that throws hurts neither the request nor the others", () => {
  const losses: Loss[] = [];
  const scribe = createScribe();
  const subscribers: RequestSubscriber[] = [
    { observe: throwing, gapRecorder: throwing },
    { observe: throwing, gapRecorder: () => ({ recordGap: throwing }) },
    { observe: () => undefined },
    scribe,
  ];
  const observer = new FanOutObserver(subscribers, (loss) => losses.push(loss));

  observer.observe(END);
  expect(losses).toHaveLength(2);
  const recorder = observer.gapRecorder(ATTEMPT);
  expect(losses).toHaveLength(3);
  recorder.recordGap(20);
  recorder.recordGap(30);
  expect(losses).toEqual(Array(5).fill("subscriber_error"));
  expect(scribe.heard).toEqual([END, 20, 30]);
});
