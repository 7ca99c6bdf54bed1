import { setImmediate as turn } from "node:timers/promises";
import { collectGarbage } from "@slipstream/testkit/collect-garbage";
import { expect, test } from "vitest";
import { SseScanner } from "./sse-scanner.ts";
import type { EventReader } from "./sse-scanner.ts";

/** Leaves the first two bytes of each event's data out. */
const reader: EventReader = {
  cutStart: 0,
  cutEnd: 2,
  event(_bytes, start) {
    return Object.assign(this, { cutStart: start, cutEnd: start + 2 }) && "cut";
  },
  errorEvent: () => "stop",
  oversizeEvent: () => undefined,
};

test.each([
  ["in one frame", ["data: 0123\n\n"]],
  ["in two frames", ["data: 01", "23\n\n"]],
  ["of several lines", ["id: 1\ndata: 0123\n\n"]],
])("keeps nothing of an event that was passed on without a part of it, %s", async (_, frames) => {
  const passed: WeakRef<Buffer>[] = [];
  const scanner = new SseScanner(reader, {
    pass(bytes) {
      expect(bytes.toString()).toMatch(/data: 23\n\n$/);
      passed.push(new WeakRef(bytes));
    },
  });
  for (const frame of frames) scanner.push(Buffer.from(frame));
  // A weak reference that was made in this turn keeps what it refers to.
  await turn();
  collectGarbage();
  expect(passed.map((bytes) => bytes.deref())).toEqual([undefined]);
  expect(scanner.takeRest().length).toBe(0);
});
