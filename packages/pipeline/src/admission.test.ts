import { GatewayError } from "@slipstream/contracts/errors";
import type { ShedReason } from "@slipstream/contracts/load-shedding";
import { expect, test } from "vitest";
import { Admission } from "./admission.ts";

interface Told {
  readonly admission: Admission;
  readonly shed: readonly ShedReason[];
  answerBytes: number;
}

function create(): Told {
  const shed: ShedReason[] = [];
  const load = { openRequests: 1, heldBytes: 0, loopDelayMs: 0, usageRecordsWaiting: 0 };
  const admission = new Admission({
    limits: { openRequests: 10, heldBytes: 100, loopDelayMs: 10, usageRecordsWaiting: 10 },
    load: () => ({ ...load, heldBytes: told.answerBytes }),
    observer: { requestShed: (reason) => shed.push(reason) },
  });
  const told = { admission, shed, answerBytes: 0 };
  return told;
}

test("a refusal says when to come back, and is counted with its reason", () => {
  const told = create();
  expect(told.admission.findRefusal()).toBeUndefined();
  told.answerBytes = 100;
  const refusal = told.admission.findRefusal();
  expect(refusal?.code).toBe("overloaded");
  expect(refusal?.headers).toEqual({ "retry-after": "2" });
  expect(told.shed).toEqual(["held_bytes"]);
});

test("bodies and answers share one bound", () => {
  const told = create();
  told.answerBytes = 50;
  const hold = told.admission.holdBody(50);
  expect(told.admission.findRefusal()?.code).toBe("overloaded");
  hold.resize(49);
  expect(told.admission.findRefusal()).toBeUndefined();
  expect(told.admission.usedParts.get("held_bytes")).toBe(0.99);
  hold.release();
  hold.release();
  expect(told.admission.usedParts.get("held_bytes")).toBe(0.5);
});

test("a body is refused that does not fit, and takes no room", () => {
  const told = create();
  told.admission.holdBody(60);
  expect(() => told.admission.holdBody(41)).toThrow(GatewayError);
  expect(told.shed).toEqual(["held_bytes"]);
  told.admission.holdBody(40);
});
