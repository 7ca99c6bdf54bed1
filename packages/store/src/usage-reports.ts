import type { UsageRecord } from "@slipstream/contracts/usage-record";

/** What has been used. Records that a sink still holds are not seen. */
export interface UsageReports {
  /** The newest first, by the start of the request. */
  listUsage(filter: UsageFilter): Promise<UsageList>;
}

/** What is left out does not matter. */
export interface UsageFilter {
  readonly organizationId?: string | undefined;
  /** Milliseconds since 1970: requests that started then or later. */
  readonly sinceEpochMs?: number | undefined;
  /** A positive whole number; as many as there may be, when left out or larger than that. */
  readonly limit?: number | undefined;
}

export interface UsageList {
  readonly records: readonly UsageRecord[];
  /** False when there are more. */
  readonly isComplete: boolean;
}
