/**
 * A usage record as a row, and back.
 */
import type { EndpointName, OperationName } from "@slipstream/contracts/endpoint";
import type { Outcome } from "@slipstream/contracts/outcome";
import type { UsageRecord, UsageSource } from "@slipstream/contracts/usage-record";

/** Append-only. Yes and no are 1 and 0, which every database has. */
export interface UsageRecordsTable {
  id: string;
  /** Not unique. */
  request_id: string;
  key_id: string;
  workspace_id: string;
  organization_id: string;
  model: string | null;
  provider: string | null;
  deployment_id: string | null;
  endpoint: EndpointName;
  operation: OperationName;
  started_at_ms: number;
  duration_ms: number;
  first_chunk_ms: number | null;
  outcome: Outcome;
  is_stream: number;
  input_tokens: number | null;
  cached_input_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  source: UsageSource;
  is_suspect: number;
  cost_nano_usd: number | null;
}

/** Always with its columns in this order. */
export type UsageRow = Readonly<UsageRecordsTable>;

/**
 * @returns `undefined` when a value is not what its type says. One such row would fail the whole batch
 *   that it is in, again and again.
 */
export function toUsageRow(record: UsageRecord): UsageRow | undefined {
  const row: UsageRow = {
    id: record.id,
    request_id: record.requestId,
    key_id: record.keyId,
    workspace_id: record.workspaceId,
    organization_id: record.organizationId,
    model: record.model,
    provider: record.provider,
    deployment_id: record.deploymentId,
    endpoint: record.endpoint,
    operation: record.operation,
    started_at_ms: record.startedAtEpochMs,
    duration_ms: record.durationMs,
    first_chunk_ms: record.firstChunkMs,
    outcome: record.outcome,
    is_stream: Number(record.isStream),
    input_tokens: record.inputTokens,
    cached_input_tokens: record.cachedInputTokens,
    output_tokens: record.outputTokens,
    reasoning_tokens: record.reasoningTokens,
    source: record.source,
    is_suspect: Number(record.isSuspect),
    cost_nano_usd: record.costNanoUsd,
  };
  return Object.values(row).every(isWritable) ? row : undefined;
}

/**
 * PostgreSQL has no text with a NUL. Looking for one also makes a string of one piece, which matters
 * while thousands of rows wait: a UUID as Node puts it together takes 480 bytes, in one piece 56.
 */
function isWritable(value: unknown): boolean {
  if (typeof value === "string") return !value.includes("\0");
  return value === null || Number.isSafeInteger(value);
}

export function toUsageRecord(row: UsageRow): UsageRecord {
  return {
    id: row.id,
    requestId: row.request_id,
    keyId: row.key_id,
    workspaceId: row.workspace_id,
    organizationId: row.organization_id,
    model: row.model,
    provider: row.provider,
    deploymentId: row.deployment_id,
    endpoint: row.endpoint,
    operation: row.operation,
    startedAtEpochMs: row.started_at_ms,
    durationMs: row.duration_ms,
    firstChunkMs: row.first_chunk_ms,
    outcome: row.outcome,
    isStream: row.is_stream === 1,
    inputTokens: row.input_tokens,
    cachedInputTokens: row.cached_input_tokens,
    outputTokens: row.output_tokens,
    reasoningTokens: row.reasoning_tokens,
    source: row.source,
    isSuspect: row.is_suspect === 1,
    costNanoUsd: row.cost_nano_usd,
  };
}
