/** Plain events of requests for tests, with only what a test cares about left to say. */
import type {
  AttemptFacts,
  RequestReport,
  StreamReport,
} from "@slipstream/contracts/request-events";

export const ATTEMPT: AttemptFacts = {
  requestId: "6f9c2d0e-8f0b-4c9e-9a52-0d6d1b1f3a77",
  attempt: 1,
  operation: "chat",
  model: "llama",
  provider: "fleet-a",
  deploymentId: "fleet-a/meta-llama",
};

export const STREAM: StreamReport = { firstChunkMs: 120, chunks: 3, gapMsMax: 40 };

export const REPORT: RequestReport = {
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
};
