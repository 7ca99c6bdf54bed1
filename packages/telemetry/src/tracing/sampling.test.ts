import { ERROR_SPECS } from "@slipstream/contracts/errors";
import { OUTCOMES } from "@slipstream/contracts/outcome";
import type { Outcome } from "@slipstream/contracts/outcome";
import fc from "fast-check";
import { expect, test } from "vitest";
import { REPORT, STREAM } from "../../test/plain-events.ts";
import { findQueuePart, findTailReason, isInSample } from "./sampling.ts";
import { TraceIds } from "./trace-ids.ts";

const SLOW_MS = 1_000;
const { principal } = REPORT;

function decide(outcome: Outcome, firstChunkMs: number | undefined = 10): string | undefined {
  const stream = { ...STREAM, firstChunkMs };
  return findTailReason({ outcome, stream, principal }, SLOW_MS);
}

test("every outcome has its reason, but for what is well or the client's own doing", () => {
  const reasons = OUTCOMES.map((outcome) => [outcome, decide(outcome)]);
  expect(Object.fromEntries(reasons)).toEqual({
    complete: undefined,
    client_abort: "client_abort",
    client_too_slow: "client_too_slow",
    upstream_error: "upstream_error",
    upstream_truncated: "upstream_truncated",
    first_token_timeout: "first_token_timeout",
    stall_timeout: "stall_timeout",
    total_timeout: "total_timeout",
    rejected: undefined,
    gateway_error: "gateway_error",
    shutdown: "shutdown",
  });
});

test("of what a client was told of, all is kept but what it has to act on itself", () => {
  for (const [code, { blame, outcome }] of Object.entries(ERROR_SPECS)) {
    const reason = decide(outcome);
    expect([code, reason]).toEqual([code, blame === "client" ? undefined : outcome]);
  }
});

test("clients without a valid key leave no traces by leaving, but by what the gateway got wrong", () => {
  const facts = { stream: undefined, principal: undefined };
  for (const outcome of ["client_abort", "client_too_slow"] as const) {
    expect(findTailReason({ ...facts, outcome }, SLOW_MS)).toBeUndefined();
  }
  expect(findTailReason({ ...facts, outcome: "gateway_error" }, SLOW_MS)).toBe("gateway_error");
});

test("failures may fill the whole queue, what clients can bring about half of it", () => {
  const halves = ["sampled", "client_abort", "client_too_slow"] as const;
  expect(halves.map(findQueuePart)).toEqual(["half", "half", "half"]);
  const wholes = ["upstream_error", "stalled", "slow_first_token", "shutdown"] as const;
  expect(wholes.map(findQueuePart)).toEqual(["whole", "whole", "whole", "whole"]);
});

test("a late first token is a reason where there is no other", () => {
  expect(decide("complete", SLOW_MS - 1)).toBeUndefined();
  expect(decide("complete", SLOW_MS)).toBe("slow_first_token");
  expect(decide("client_abort", SLOW_MS)).toBe("client_abort");
  const whole = {
    outcome: "complete",
    stream: undefined,
    principal,
  } as const;
  expect(findTailReason(whole, 0)).toBe(undefined);
});

test.each([
  [999, undefined],
  [1_000, "stalled"],
])("a gap of %s ms is a reason: %s", (gapMsMax, reason) => {
  const stream = { ...STREAM, firstChunkMs: 10, gapMsMax };
  const facts = { outcome: "complete", errorCode: undefined, stream, principal } as const;
  expect(findTailReason(facts, SLOW_MS)).toBe(reason);
});

test("the sample is the part that was asked for, and larger samples hold the smaller ones", () => {
  const ids = new TraceIds();
  const all = Array.from({ length: 20_000 }, () => ids.traceId());
  expect(all.filter((id) => isInSample(id, 0))).toEqual([]);
  expect(all.every((id) => isInSample(id, 1))).toBe(true);
  const tenth = all.filter((id) => isInSample(id, 0.1));
  // Nine standard deviations.
  expect(Math.abs(tenth.length - 2_000)).toBeLessThan(400);
  fc.assert(
    fc.property(
      fc.constantFrom(...tenth),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      (id, ratio) => isInSample(id, ratio),
    ),
  );
});
