/** Plain events of requests for tests, with only what a test cares about left to say. */
import type {
  AttemptFacts,
  RequestEvent,
  RequestReport,
  StreamReport,
} from "@slipstream/contracts/request-events";

export const ATTEMPT: AttemptFacts = {
  requestNumber: 1,
  requestId: "6f9c2d0e-8f0b-4c9e-9a52-0d6d1b1f3a77",
  attempt: 1,
  operation: "chat",
  model: "llama",
  provider: "fleet-a",
  deploymentId: "fleet-a/meta-llama",
};

/** The first event of each request, and the last two of its only attempt. */
type EventOf<Type extends RequestEvent["type"]> = RequestEvent & { readonly type: Type };

export const START: EventOf<"request_start"> = {
  type: "request_start",
  requestNumber: ATTEMPT.requestNumber,
  requestId: ATTEMPT.requestId,
  endpoint: "chat_completions",
  trace: {},
};

export const ATTEMPT_START: EventOf<"attempt_start"> = {
  type: "attempt_start",
  retryOf: undefined,
  ...ATTEMPT,
};

export const ATTEMPT_END: EventOf<"attempt_end"> = {
  type: "attempt_end",
  durationMs: 5,
  timing: { sentMs: 1, headMs: 50, firstContentMs: 110 },
  resends: 0,
  result: { type: "answered" },
  ...ATTEMPT,
};

export const STREAM: StreamReport = {
  firstChunkMs: 120,
  chunks: 3,
  textBytes: 12,
  unreported: { chunks: 0, textBytes: 0 },
  isWhole: true,
  gapMsMax: 40,
  blockedMs: 0,
};

export const REPORT: RequestReport = {
  requestNumber: ATTEMPT.requestNumber,
  requestId: ATTEMPT.requestId,
  endpoint: "chat_completions",
  operation: "chat",
  model: ATTEMPT.model,
  principal: { keyId: "key-1", workspaceId: "workspace-1", organizationId: "organization-1" },
  provider: ATTEMPT.provider,
  deploymentId: ATTEMPT.deploymentId,
  attempts: 1,
  outcome: "complete",
  errorCode: undefined,
  cause: undefined,
  status: 200,
  durationMs: 1_500,
  isStream: true,
  isMetered: true,
  requestBytes: 100,
  answerBytes: undefined,
  stream: STREAM,
  finishReason: "stop",
  usage: {
    inputTokens: 10,
    outputTokens: 20,
    cachedInputTokens: 5,
    reasoningTokens: undefined,
    audioInputTokens: undefined,
    audioOutputTokens: undefined,
    isSuspect: false,
  },
  ownTime: { beforeUpstreamMs: 0.2, afterUpstreamMs: 0.03 },
  settlement: {
    inputTokens: 10,
    cachedInputTokens: 5,
    outputTokens: 20,
    reasoningTokens: null,
    source: "reported",
    isSuspect: false,
    costNanoUsd: 13_250,
  },
};

/** Refused before anything was known about it. */
export const REJECTED: RequestReport = {
  ...REPORT,
  operation: undefined,
  model: undefined,
  principal: undefined,
  provider: undefined,
  deploymentId: undefined,
  attempts: 0,
  outcome: "rejected",
  errorCode: "invalid_api_key",
  status: 401,
  stream: undefined,
  finishReason: undefined,
  usage: undefined,
  ownTime: { beforeUpstreamMs: undefined, afterUpstreamMs: undefined },
  settlement: undefined,
};
