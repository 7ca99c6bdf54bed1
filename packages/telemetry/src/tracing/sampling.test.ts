import type { ErrorCode } from "@slipstream/contracts/errors";
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import { OUTCOMES } from "@slipstream/contracts/outcome";
import type { Outcome } from "@slipstream/contracts/outcome";
import fc from "fast-check";
import { expect, test } from "vitest";
import { STREAM } from "../../test/plain-events.ts";
import { findTailReason, isInSample } from "./sampling.ts";
import { TraceIds } from "./trace-ids.ts";

const SLOW_MS = 1_000;

function decide(
  outcome: Outcome,
  errorCode?: ErrorCode,
  firstChunkMs: number | undefined = 10,
): string | undefined {
  const stream = { ...STREAM, firstChunkMs };
  return findTailReason({ outcome, errorCode, stream }, SLOW_MS);
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
    shutdown: "shutdown",
  });
});

test("of what a client was told of, all is kept but what it has to act on itself", () => {
  for (const [code, { blame, outcome }] of Object.entries(ERROR_SPECS)) {
    const reason = decide(outcome, code as ErrorCode);
    expect([code, reason]).toEqual([code, blame === "client" ? undefined : outcome]);
  }
});

test("a late first token is a reason where there is no other", () => {
  expect(decide("complete", undefined, SLOW_MS - 1)).toBeUndefined();
  expect(decide("complete", undefined, SLOW_MS)).toBe("slow_first_token");
  expect(decide("client_abort", undefined, SLOW_MS)).toBe("client_abort");
  expect(findTailReason({ outcome: "complete", errorCode: undefined, stream: undefined }, 0)).toBe(
    undefined,
  );
});

test.each([
  [999, undefined],
  [1_000, "stalled"],
])("a gap of %s ms is a reason: %s", (gapMsMax, reason) => {
  const stream = { ...STREAM, firstChunkMs: 10, gapMsMax };
  const facts = { outcome: "complete", errorCode: undefined, stream } as const;
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
