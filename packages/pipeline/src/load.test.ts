import { expect, test } from "vitest";
import { findExcess, toUsedParts } from "./load.ts";
import type { Load } from "./load.ts";

const LIMITS: Load = { openRequests: 10, heldBytes: 20, loopDelayMs: 30, usageRecordsWaiting: 40 };
const BELOW: Load = { openRequests: 9, heldBytes: 19, loopDelayMs: 29, usageRecordsWaiting: 39 };

test("below all limits there is room", () => {
  expect(findExcess(BELOW, LIMITS)).toBeUndefined();
});

test.each([
  ["openRequests", "open_requests"],
  ["heldBytes", "held_bytes"],
  ["loopDelayMs", "loop_delay"],
  ["usageRecordsWaiting", "usage_records"],
] as const)("%s at its limit is the reason", (member, reason) => {
  expect(findExcess({ ...BELOW, [member]: LIMITS[member] }, LIMITS)).toBe(reason);
});

test("of each limit the part in use is told", () => {
  expect(Object.fromEntries(toUsedParts({ ...BELOW, openRequests: 5 }, LIMITS))).toEqual({
    open_requests: 0.5,
    held_bytes: 0.95,
    loop_delay: 29 / 30,
    usage_records: 39 / 40,
  });
});
