import { ENDPOINTS } from "@slipstream/contracts/endpoint";
import { OUTCOMES } from "@slipstream/contracts/outcome";
import type {
  AttemptFacts,
  EndedRequest,
  RequestEvent,
  RequestObserver,
  RequestReport,
} from "@slipstream/contracts/request-events";
import type { Usage } from "@slipstream/contracts/usage";
import type { UsageRecord } from "@slipstream/contracts/usage-record";
import fc from "fast-check";
import { expect, test } from "vitest";
import { settle } from "./settle.ts";
import { TOKENS_MAX } from "./token-count.ts";
import { UsageRecorder } from "./usage-recorder.ts";

const PRINCIPAL = { keyId: "key_1", workspaceId: "ws_1", organizationId: "org_1" };
const NOW_EPOCH_MS = 1_700_000_000_000;

const ENDED: EndedRequest = {
  requestNumber: 1,
  requestId: "chosen-by-the-client",
  endpoint: "chat_completions",
  operation: "chat",
  model: "llama",
  principal: PRINCIPAL,
  provider: "fleet",
  deploymentId: "fleet/llama",
  attempts: 2,
  outcome: "complete",
  errorCode: undefined,
  cause: undefined,
  status: 200,
  durationMs: 250.4,
  isStream: true,
  isMetered: true,
  requestBytes: 401,
  answerBytes: undefined,
  stream: {
    firstChunkMs: 12.6,
    chunks: 3,
    textBytes: 12,
    unreported: { chunks: 0, textBytes: 0 },
    isWhole: true,
    gapMsMax: 1,
    blockedMs: 0,
  },
  finishReason: "stop",
  usage: {
    inputTokens: 9,
    outputTokens: 3,
    cachedInputTokens: 4,
    reasoningTokens: undefined,
    audioInputTokens: undefined,
    audioOutputTokens: undefined,
    isSuspect: false,
  },
  ownTime: { beforeUpstreamMs: 1, afterUpstreamMs: 1 },
};
const PRICING = { inputNanoUsd: 200, cachedInputNanoUsd: 50, outputNanoUsd: 600 };

function report(more: Partial<EndedRequest>): RequestReport {
  const ended = { ...ENDED, ...more };
  return { ...ended, settlement: settle(ended, PRICING) };
}

const NOBODY: RequestObserver = {
  observe: () => undefined,
  streamRecorder: () => ({ recordGap: () => undefined, recordDelay: () => undefined }),
  traceHeaders: (_attempt, trace) => trace,
};

function fail(): never {
  throw new Error("a record was lost");
}

function record(events: readonly RequestEvent[]): UsageRecord[] {
  const records: UsageRecord[] = [];
  const recorder = new UsageRecorder({
    sink: { record: (made) => void records.push(made) },
    losses: { usageLost: fail },
    next: NOBODY,
    nowEpochMs: () => NOW_EPOCH_MS,
    createId: () => `id-${records.length + 1}`,
  });
  for (const event of events) recorder.observe(event);
  return records;
}

const recordEnd = (more: Partial<EndedRequest>) =>
  record([{ type: "request_end", report: report(more) }]);

test("a record says who used what, when, and how it ended", () => {
  expect(recordEnd({})).toEqual([
    {
      id: "id-1",
      requestId: "chosen-by-the-client",
      ...PRINCIPAL,
      model: "llama",
      provider: "fleet",
      deploymentId: "fleet/llama",
      endpoint: "chat_completions",
      operation: "chat",
      startedAtEpochMs: NOW_EPOCH_MS - 250,
      durationMs: 250,
      firstChunkMs: 13,
      outcome: "complete",
      isStream: true,
      inputTokens: 9,
      cachedInputTokens: 4,
      outputTokens: 3,
      reasoningTokens: null,
      source: "reported",
      isSuspect: false,
      costNanoUsd: 5 * 200 + 4 * 50 + 3 * 600,
    } satisfies UsageRecord,
  ]);
});

test("a request that got nowhere has a record too, of nothing", () => {
  const rejected = recordEnd({
    outcome: "rejected",
    errorCode: "model_not_found",
    status: 404,
    model: undefined,
    provider: undefined,
    deploymentId: undefined,
    isStream: false,
    stream: undefined,
    usage: undefined,
  });
  expect(rejected).toMatchObject([
    { model: null, provider: null, isStream: false, firstChunkMs: null, source: "none" },
  ]);
});

test("nobody answers for a request without a valid key, or without inference", () => {
  expect(recordEnd({ principal: undefined })).toEqual([]);
  expect(recordEnd({ operation: undefined, endpoint: "models" })).toEqual([]);
});

test("requests that share a request id have a record each", () => {
  const end: RequestEvent = { type: "request_end", report: report({}) };
  expect(record([end, end]).map(({ id }) => id)).toEqual(["id-1", "id-2"]);
});

test("a record that cannot be made is told as lost, and the others hear of the request", () => {
  const told: unknown[] = [];
  const heard: RequestEvent[] = [];
  const bug = new Error("a bug");
  const recorder = new UsageRecorder({
    sink: {
      record() {
        throw bug;
      },
    },
    losses: { usageLost: (...loss) => void told.push(loss) },
    next: { ...NOBODY, observe: (event) => void heard.push(event) },
    nowEpochMs: () => NOW_EPOCH_MS,
    createId: () => "id",
  });
  const end: RequestEvent = { type: "request_end", report: report({}) };
  recorder.observe(end);
  expect(told).toEqual([["not_made", 1, bug]]);
  expect(heard).toEqual([end]);
});

test("what is asked on the way is answered by the others", () => {
  const trace = { traceparent: "00-3-4-01" };
  const streamRecorder = { recordGap: () => undefined, recordDelay: () => undefined };
  const recorder = new UsageRecorder({
    sink: { record: fail },
    losses: { usageLost: fail },
    next: { ...NOBODY, streamRecorder: () => streamRecorder, traceHeaders: () => trace },
    nowEpochMs: () => NOW_EPOCH_MS,
    createId: () => "id",
  });
  const attempt: AttemptFacts = {
    requestNumber: 1,
    requestId: "r",
    attempt: 1,
    operation: "chat",
    model: "llama",
    provider: "fleet",
    deploymentId: "fleet/llama",
  };
  expect(recorder.streamRecorder(attempt)).toBe(streamRecorder);
  expect(recorder.traceHeaders(attempt, {})).toBe(trace);
});

/** What a provider may write where a count belongs. */
const anyCount: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, -0, -1, NaN, Infinity, -Infinity, 1e308, TOKENS_MAX + 1, "12"),
  fc.nat(100),
  fc.double(),
  fc.anything(),
);
const anyUsage = fc.record({
  inputTokens: anyCount,
  outputTokens: anyCount,
  cachedInputTokens: anyCount,
  reasoningTokens: anyCount,
  isSuspect: fc.constantFrom(undefined, false, true),
}) as fc.Arbitrary<Usage>;

const anyEnded: fc.Arbitrary<EndedRequest> = fc.record({
  requestNumber: fc.nat(),
  requestId: fc.constantFrom("a", "b"),
  endpoint: fc.constantFrom(...ENDPOINTS),
  operation: fc.constantFrom("chat", "embeddings", "image_edit", undefined),
  model: fc.constantFrom("llama", undefined),
  principal: fc.constantFrom(PRINCIPAL, undefined),
  provider: fc.constantFrom("fleet", undefined),
  deploymentId: fc.constantFrom("fleet/llama", undefined),
  attempts: fc.nat(3),
  outcome: fc.constantFrom(...OUTCOMES),
  errorCode: fc.constantFrom("upstream_error", undefined),
  cause: fc.constant(undefined),
  status: fc.constantFrom(200, 502, undefined),
  durationMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
  isStream: fc.boolean(),
  isMetered: fc.boolean(),
  requestBytes: fc.nat(1e9),
  stream: fc.option(
    fc.record({
      firstChunkMs: fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }), { nil: undefined }),
      chunks: fc.nat(2 * TOKENS_MAX),
      textBytes: fc.nat(),
      unreported: fc.record({ chunks: fc.nat(), textBytes: fc.nat() }),
      isWhole: fc.boolean(),
      gapMsMax: fc.nat(),
      blockedMs: fc.nat(),
    }),
    { nil: undefined },
  ),
  finishReason: fc.constantFrom("stop", undefined),
  usage: fc.option(anyUsage, { nil: undefined }),
  answerBytes: fc.option(fc.nat(1e9), { nil: undefined }),
  ownTime: fc.constant({ beforeUpstreamMs: 1, afterUpstreamMs: undefined }),
});

const anyEvent: fc.Arbitrary<RequestEvent> = fc.oneof(
  fc.constant<RequestEvent>({
    type: "request_start",
    requestNumber: 1,
    requestId: "a",
    endpoint: "models",
    trace: {},
  }),
  anyEnded.map((ended): RequestEvent => ({ type: "request_end", report: report(ended) })),
);

/** Whatever is reported, `part` ≤ `whole`, and both are counts. */
function expectCounts(part: number | null, whole: number | null): void {
  for (const tokens of [part, whole]) {
    if (tokens === null) continue;
    expect(Number.isSafeInteger(tokens) && tokens >= 0 && tokens <= TOKENS_MAX).toBe(true);
  }
  if (part !== null) expect(whole).toBeGreaterThanOrEqual(part);
}

test("whatever happens, each request that ended has one record, with counts that are counts", () => {
  fc.assert(
    fc.property(fc.array(anyEvent), (events) => {
      const accountable = events.flatMap((event) => {
        if (event.type !== "request_end") return [];
        const { principal, operation, requestId } = event.report;
        return principal === undefined || operation === undefined ? [] : [requestId];
      });
      const records = record(events);
      expect(records.map(({ requestId }) => requestId)).toEqual(accountable);
      for (const made of records) {
        expectCounts(made.cachedInputTokens, made.inputTokens);
        expectCounts(made.reasoningTokens, made.outputTokens);
        const isEmpty = made.inputTokens === null && made.outputTokens === null;
        expect(made.source === "none").toBe(isEmpty);
      }
    }),
    { numRuns: 500 },
  );
});
