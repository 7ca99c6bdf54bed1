import type { ContentAmount, StreamReport } from "@slipstream/contracts/request-events";
import type { Usage } from "@slipstream/contracts/usage";
import { expect, test } from "vitest";
import { settleUsage } from "./settle-usage.ts";
import type { MeasuredRequest } from "./estimate-tokens.ts";
import { TOKENS_MAX } from "./token-count.ts";

const NOTHING: ContentAmount = { chunks: 0, textBytes: 0 };
const STREAM: StreamReport = {
  firstChunkMs: 1,
  chunks: 5,
  textBytes: 19,
  unreported: { chunks: 2, textBytes: 8 },
  isWhole: false,
  gapMsMax: 0,
  blockedMs: 0,
};

/** A stream of five chunks that came through, asked for with 401 bytes. */
const STREAMED: MeasuredRequest = {
  requestNumber: 1,
  requestId: "r",
  endpoint: "chat_completions",
  operation: "chat",
  model: "m",
  principal: undefined,
  provider: "p",
  deploymentId: "p/m",
  attempts: 1,
  outcome: "complete",
  errorCode: undefined,
  cause: undefined,
  status: 200,
  durationMs: 1,
  isStream: true,
  isMetered: true,
  requestBytes: 401,
  answerBytes: undefined,
  stream: STREAM,
  finishReason: undefined,
  usage: undefined,
  ownTime: { beforeUpstreamMs: undefined, afterUpstreamMs: undefined },
};
const WHOLE: MeasuredRequest = { ...STREAMED, isStream: false, stream: undefined, answerBytes: 90 };

const SILENT: Partial<MeasuredRequest> = {
  stream: { ...STREAM, ...NOTHING, firstChunkMs: undefined, unreported: NOTHING },
};
const ABORTED: Partial<MeasuredRequest> = { outcome: "client_abort" };
const TRUNCATED: Partial<MeasuredRequest> = {
  outcome: "upstream_truncated",
  errorCode: "upstream_truncated",
};
const REFUSED: Partial<MeasuredRequest> = {
  outcome: "upstream_error",
  errorCode: "upstream_error",
  status: 502,
};

function usage(input: unknown, output: unknown, cached?: unknown, reasoning?: unknown): Usage {
  return {
    inputTokens: input,
    outputTokens: output,
    cachedInputTokens: cached,
    reasoningTokens: reasoning,
  } as Usage;
}

/** As `input (cached) → output (reasoning), source`, with `!` when it is suspect. */
function settle(request: MeasuredRequest, more: Partial<MeasuredRequest> = {}): string {
  const settled = settleUsage({ ...request, ...more });
  const input = `${settled.inputTokens} (${settled.cachedInputTokens})`;
  const output = `${settled.outputTokens} (${settled.reasoningTokens})`;
  return `${input} → ${output}, ${settled.source}${settled.isSuspect ? "!" : ""}`;
}

test("what the provider reported for a whole answer is kept, whatever we would have guessed", () => {
  expect(settle(STREAMED, { usage: usage(9, 3, 4, 2) })).toBe("9 (4) → 3 (2), reported");
  expect(settle(STREAMED, { usage: usage(9, 0) })).toBe("9 (null) → 0 (null), reported");
  expect(settle(WHOLE, { usage: usage(9, 3) })).toBe("9 (null) → 3 (null), reported");
});

test("an answer without a report is estimated from bytes and chunks", () => {
  expect(settle(STREAMED)).toBe("101 (null) → 5 (null), estimated");
  expect(settle(STREAMED, SILENT)).toBe("101 (null) → 0 (null), estimated");
  expect(settle(WHOLE)).toBe("101 (null) → 23 (null), estimated");
});

test("a report that lacks a count has that one estimated, no lower than its part", () => {
  expect(settle(STREAMED, { usage: usage(9, undefined) })).toBe("9 (null) → 5 (null), estimated");
  expect(settle(STREAMED, { usage: usage(undefined, 7, 500) })).toBe(
    "500 (500) → 7 (null), estimated",
  );
  expect(settle(WHOLE, { usage: usage(9, null, null, 70) })).toBe("9 (null) → 70 (70), estimated");
});

test("of a stream that broke off, what came behind its last report comes on top", () => {
  for (const broken of [ABORTED, TRUNCATED]) {
    expect(settle(STREAMED, broken)).toBe("101 (null) → 5 (null), estimated");
    const stream = { ...STREAM, unreported: NOTHING };
    const reported = { ...broken, usage: usage(9, 3) };
    expect(settle(STREAMED, { ...reported, stream })).toBe("9 (null) → 3 (null), reported");
    expect(settle(STREAMED, reported)).toBe("9 (null) → 5 (null), estimated");
    const long = { ...stream, unreported: { chunks: 2, textBytes: 401 } };
    expect(settle(STREAMED, { ...reported, stream: long })).toBe(
      "9 (null) → 104 (null), estimated",
    );
  }
});

test.each([
  [20, 5],
  [21, 6],
  [40_000, 10_000],
])("five chunks of %s bytes of text are %s tokens", (textBytes, tokens) => {
  const request = { ...ABORTED, stream: { ...STREAM, textBytes } };
  expect(settle(STREAMED, request)).toBe(`101 (null) → ${tokens} (null), estimated`);
});

test("the report of a stream that came to its end is the last word, with or without its client", () => {
  const whole = { ...STREAM, isWhole: true, textBytes: 4000 };
  const reported = { ...ABORTED, stream: whole, usage: usage(9, 3) };
  expect(settle(STREAMED, reported)).toBe("9 (null) → 3 (null), reported");
  const suspect = { ...reported, usage: { ...usage(9, 3), isSuspect: true } };
  expect(settle(STREAMED, suspect)).toBe("9 (null) → 1000 (null), estimated!");
});

test("a whole answer that its client did not wait for is settled as it is", () => {
  expect(settle(WHOLE, { ...ABORTED, usage: usage(9, 3) })).toBe("9 (null) → 3 (null), reported");
  expect(settle(WHOLE, ABORTED)).toBe("101 (null) → 23 (null), estimated");
});

test("before the first content an error costs nothing, and leaving costs what was reported", () => {
  const nothing = "null (null) → null (null), none";
  expect(settle(WHOLE, REFUSED)).toBe(nothing);
  expect(settle(STREAMED, { ...SILENT, ...TRUNCATED, usage: usage(9, 0) })).toBe(nothing);
  expect(settle(STREAMED, { ...SILENT, ...ABORTED })).toBe(nothing);
  expect(settle(WHOLE, { ...ABORTED, status: undefined })).toBe(nothing);
  // It was kept waiting with comments, for which the status had to be sent.
  expect(settle(STREAMED, { ...ABORTED, stream: undefined })).toBe(nothing);
  expect(settle(STREAMED, { ...SILENT, ...ABORTED, usage: usage(9, 0) })).toBe(
    "9 (null) → 0 (null), reported",
  );
});

test("an answer that nobody measured has no counts", () => {
  const unmeasured = { requestBytes: 0, answerBytes: undefined };
  expect(settle(WHOLE, unmeasured)).toBe("null (null) → null (null), none");
});

test("what is not text is not estimated", () => {
  expect(settle(WHOLE, { operation: "embeddings" })).toBe("101 (null) → null (null), estimated");
  expect(settle(WHOLE, { operation: "transcription" })).toBe("null (null) → 23 (null), estimated");
  expect(settle(WHOLE, { operation: "image_edit" })).toBe("null (null) → null (null), none");
  const embedded = { operation: "embeddings", usage: usage(9, undefined) } as const;
  expect(settle(WHOLE, embedded)).toBe("9 (null) → null (null), reported");
});

test.each([
  [usage(-1, 3), "101 (null) → 5 (null), estimated!"],
  [usage("12", 7), "101 (null) → 7 (null), estimated!"],
  [usage(9, Number.NaN), "9 (null) → 5 (null), estimated!"],
  [usage(8.2, 7), "9 (null) → 7 (null), reported!"],
  [usage(9, 1e308), `9 (null) → ${TOKENS_MAX} (null), reported!`],
  [usage(9, Infinity), `9 (null) → ${TOKENS_MAX} (null), reported!`],
  [usage(9, 7, 10), "9 (9) → 7 (null), reported!"],
  [usage(9, 7, 4, 8), "9 (4) → 7 (7), reported!"],
  [usage(9, 3, -4), "9 (null) → 5 (null), estimated!"],
  [usage({}, []), "101 (null) → 5 (null), estimated!"],
  [{ ...usage(9, 7), isSuspect: true }, "9 (null) → 7 (null), reported!"],
])("an odd report %j is put right and marked", (odd, expected) => {
  expect(settle(STREAMED, { usage: odd })).toBe(expected);
});

test("estimates have the same bound", () => {
  const huge = {
    requestBytes: 1e12,
    stream: { ...STREAM, chunks: 1e9, textBytes: 1e12 },
  };
  expect(settle(STREAMED, huge)).toBe(`${TOKENS_MAX} (null) → ${TOKENS_MAX} (null), estimated`);
});
