import { OpenRequests } from "@slipstream/pipeline/open-requests";
import { expect, test } from "vitest";
import { drain } from "./drain.ts";
import type { DataServer } from "./http/data-server.ts";

const dataServer: DataServer = {
  connections: 0,
  usedPart: 0,
  listen: async () => null,
  announceClosing: () => undefined,
  stopListening: () => undefined,
  close: async () => undefined,
};

test.each([
  { deadlineMs: 0, recordsMs: 2_000, why: "at least what a full queue takes" },
  { deadlineMs: 5_000, recordsMs: 5_000, why: "what the drain has left" },
  { deadlineMs: 20_000, recordsMs: 10_000, why: "at most what somebody waits for" },
])("records that wait get $recordsMs ms: $why", async ({ deadlineMs, recordsMs }) => {
  const openRequests = new OpenRequests();
  const givenMs = await drain({ openRequests, dataServer, graceMs: 0, deadlineMs });
  expect(givenMs).toBeLessThanOrEqual(recordsMs);
  expect(givenMs).toBeGreaterThan(recordsMs - 1_000);
});

test("a drain that has taken its time leaves the least", async () => {
  const openRequests = new OpenRequests();
  openRequests.add({ sweep: () => undefined, heldBytes: 0, interrupt: () => undefined });
  const options = { openRequests, dataServer, graceMs: 50, deadlineMs: 50 };
  expect(await drain(options)).toBe(2_000);
});
