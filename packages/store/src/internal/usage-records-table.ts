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

export type UsageRow = Readonly<UsageRecordsTable>;

/** The one list of what is written into which column; the compiler sees that none is missing. */
const VALUES: {
  readonly [Column in keyof UsageRow]: (record: UsageRecord) => UsageRow[Column];
} = {
  id: (record) => record.id,
  request_id: (record) => record.requestId,
  key_id: (record) => record.keyId,
  workspace_id: (record) => record.workspaceId,
  organization_id: (record) => record.organizationId,
  model: (record) => record.model,
  provider: (record) => record.provider,
  deployment_id: (record) => record.deploymentId,
  endpoint: (record) => record.endpoint,
  operation: (record) => record.operation,
  started_at_ms: (record) => record.startedAtEpochMs,
  duration_ms: (record) => record.durationMs,
  first_chunk_ms: (record) => record.firstChunkMs,
  outcome: (record) => record.outcome,
  is_stream: (record) => Number(record.isStream),
  input_tokens: (record) => record.inputTokens,
  cached_input_tokens: (record) => record.cachedInputTokens,
  output_tokens: (record) => record.outputTokens,
  reasoning_tokens: (record) => record.reasoningTokens,
  source: (record) => record.source,
  is_suspect: (record) => Number(record.isSuspect),
  cost_nano_usd: (record) => record.costNanoUsd,
};

export const USAGE_COLUMNS: readonly string[] = Object.keys(VALUES);
const readers = Object.values(VALUES);

/** A JSON array with one value for each of `USAGE_COLUMNS`, in that order. */
export type UsageRowText = string;

/**
 * A row is made text when it is recorded, so that writing a batch costs the calling thread next to
 * nothing, and as much again when it has to be written again. While it waits it takes about 450 bytes.
 *
 * @returns `undefined` when a value is not what its type says. One such row would fail the whole batch
 *   that it is in, again and again.
 */
export function toUsageRowText(record: UsageRecord): UsageRowText | undefined {
  const values = readers.map((read) => read(record));
  return values.every(isWritable) ? JSON.stringify(values) : undefined;
}

/** PostgreSQL has no text with a NUL. */
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
