import type { OperationName } from "@slipstream/contracts/endpoint";
import type { Principal } from "@slipstream/contracts/principal";
import type { RequestReport } from "@slipstream/contracts/request-events";
import type { Settlement } from "@slipstream/contracts/settlement";
import type { UsageRecord } from "@slipstream/contracts/usage-record";

/** A request that somebody has to answer for: for inference, under a valid key. */
export interface AccountableRequest extends RequestReport {
  readonly operation: OperationName;
  readonly principal: Principal;
  readonly settlement: Settlement;
}

export interface RecordOrigin {
  /** A UUID made for this record. */
  readonly id: string;
  /** Milliseconds since 1970, when the request was over. */
  readonly endedAtEpochMs: number;
}

/** Pure. The start follows from the end, so that nobody has to remember requests that are running. */
export function toUsageRecord(request: AccountableRequest, origin: RecordOrigin): UsageRecord {
  const { requestId, principal, endpoint, operation, outcome, stream } = request;
  const durationMs = toWholeMs(request.durationMs);
  return {
    ...request.settlement,
    id: origin.id,
    requestId,
    keyId: principal.keyId,
    workspaceId: principal.workspaceId,
    organizationId: principal.organizationId,
    model: request.model ?? null,
    provider: request.provider ?? null,
    deploymentId: request.deploymentId ?? null,
    endpoint,
    operation,
    startedAtEpochMs: toWholeMs(origin.endedAtEpochMs - durationMs),
    durationMs,
    firstChunkMs: stream?.firstChunkMs === undefined ? null : toWholeMs(stream.firstChunkMs),
    outcome,
    isStream: request.isStream,
  };
}

function toWholeMs(ms: number): number {
  return Math.max(0, Math.round(ms));
}
