import type { UsageRecord } from "@slipstream/contracts/usage-record";

/** The record with this number; one started every millisecond. */
export function usageRecord(number: number, more: Partial<UsageRecord> = {}): UsageRecord {
  return {
    id: `usage-${number}`,
    requestId: "chosen-by-the-client",
    keyId: "key_1",
    workspaceId: "ws_1",
    organizationId: "org_1",
    model: "llama",
    provider: "fleet",
    deploymentId: "fleet/llama",
    endpoint: "chat_completions",
    operation: "chat",
    startedAtEpochMs: 1_700_000_000_000 + number,
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
    costNanoUsd: 2_600,
    ...more,
  };
}

/** From number `from` on. */
export function usageRecords(count: number, from = 0): UsageRecord[] {
  return Array.from({ length: count }, (_, index) => usageRecord(from + index));
}
