import type { StoreCheckName, StoreHealth } from "@slipstream/contracts/store-health";
import { expect, test } from "vitest";
import { judgeReadiness, READ_FAILING_MS_MAX, RECORDS_WAITING_MAX } from "./readiness.ts";
import type { ReadinessFacts } from "./readiness.ts";

const PASSING = { type: "passing" } as const;
const WELL: StoreHealth = { file: PASSING, read: PASSING, write: PASSING, records: PASSING };
const SINCE_MS = 1_000;
const ERROR = new Error("SECRET /path");

function judge(facts: Partial<ReadinessFacts>) {
  return judgeReadiness({
    isDraining: false,
    store: WELL,
    usageRecordsWaiting: 0,
    nowMs: SINCE_MS,
    ...facts,
  });
}

function failing(...checks: StoreCheckName[]): StoreHealth {
  const state = { type: "failing", sinceMs: SINCE_MS, error: ERROR } as const;
  return { ...WELL, ...Object.fromEntries(checks.map((check) => [check, state])) };
}

function lost(check: StoreCheckName): StoreHealth {
  return { ...WELL, [check]: { type: "lost", error: ERROR } };
}

test("a gateway whose store is well is ready, however many records wait", () => {
  expect(judge({})).toEqual({ isReady: true, problems: [] });
  expect(judge({ usageRecordsWaiting: 2 * RECORDS_WAITING_MAX }).isReady).toBe(true);
});

test("one that is draining is not", () => {
  expect(judge({ isDraining: true })).toEqual({ isReady: false, problems: ["draining"] });
});

test.each<StoreCheckName>(["file", "read", "write", "records"])(
  "one that has lost its store for good (%s) is not ready from that moment on",
  (check) => {
    expect(judge({ store: lost(check) }).isReady).toBe(false);
  },
);

test("without reading it is ready for as long as known keys are served", () => {
  const store = failing("read");
  const problems = ["store: cannot be read"];
  const endMs = SINCE_MS + READ_FAILING_MS_MAX;
  expect(judge({ store, nowMs: endMs - 1 })).toEqual({ isReady: true, problems });
  expect(judge({ store, nowMs: endMs })).toEqual({ isReady: false, problems });
});

test.each<[StoreCheckName, string]>([
  ["write", "store: cannot be written"],
  ["records", "store: usage records cannot be written"],
])("without %s it is ready for as long as records have room", (check, problem) => {
  const facts = { store: failing(check), nowMs: SINCE_MS + 100 * READ_FAILING_MS_MAX };
  const problems = [problem];
  const few = judge({ ...facts, usageRecordsWaiting: RECORDS_WAITING_MAX - 1 });
  expect(few).toEqual({ isReady: true, problems });
  const many = judge({ ...facts, usageRecordsWaiting: RECORDS_WAITING_MAX });
  expect(many).toEqual({ isReady: false, problems });
});

test("all that is wrong is told, and nothing of the errors", () => {
  const { problems } = judge({ isDraining: true, store: failing("records", "read", "file") });
  expect(problems).toEqual([
    "draining",
    "store: its file is not where it was",
    "store: cannot be read",
    "store: usage records cannot be written",
  ]);
});
