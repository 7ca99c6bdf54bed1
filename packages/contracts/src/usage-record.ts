/**
 * What one request has used: the one account of it, from which budgets, invoices and reports follow.
 *
 * A record is written once and never changed; a correction is another record. What is not known is
 * `null`, not `undefined`, because records end up in SQL and JSON, and never 0.
 */
import type { EndpointName, OperationName } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Where the token counts come from: `reported`, all by the provider; `estimated`, at least one of them
 * by us; `none`, there are no counts because there was nothing to count.
 */
export const USAGE_SOURCES = ["reported", "estimated", "none"] as const;

export type UsageSource = (typeof USAGE_SOURCES)[number];

/** Immutable facts of one ended request. Every number is a non-negative safe integer. */
export interface UsageRecord {
  /**
   * A UUID that *we* made for this record, by which it is written once however often it is sent. Never
   * the id of the request, which its client may choose, nor one of the upstream's, which may repeat:
   * whoever repeats those would get answers for nothing.
   */
  readonly id: string;
  /** For finding the request in logs; not unique. */
  readonly requestId: string;
  /** Ids, not references: a record outlives the key, the workspace and the organisation. */
  readonly keyId: string;
  readonly workspaceId: string;
  readonly organizationId: string;
  /** The public name, which is what is priced; `null` when the request named no model that there is. */
  readonly model: string | null;
  /** The last deployment that was tried; `null` when the request did not get that far. */
  readonly provider: string | null;
  readonly deploymentId: string | null;
  readonly endpoint: EndpointName;
  readonly operation: OperationName;
  /** Milliseconds since 1970. */
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  /** From the start to the first content of a stream; `null` without. */
  readonly firstChunkMs: number | null;
  readonly outcome: Outcome;
  /** Whether a stream was asked for. */
  readonly isStream: boolean;
  /** Includes the cached ones. */
  readonly inputTokens: number | null;
  /** At most `inputTokens`, of which it is a part; cheaper at most providers. */
  readonly cachedInputTokens: number | null;
  /** Includes the reasoning ones. */
  readonly outputTokens: number | null;
  /** At most `outputTokens`, of which it is a part. */
  readonly reasoningTokens: number | null;
  readonly source: UsageSource;
  /** At the prices of that moment, rounded up; `null` for a model without a price, or without counts. */
  readonly costNanoUsd: number | null;
  /** The provider's report was odd and had to be put right: someone should look before it is charged. */
  readonly isSuspect: boolean;
}

/**
 * Port: where records go. It holds a bounded number of them until they are safe.
 */
export interface UsageSink {
  /**
   * Hands a record over at once: the thread that moves bytes never waits for a disk. Must not throw; what
   * cannot be kept is told to the `UsageSinkObserver`.
   */
  record(record: UsageRecord): void;
  /**
   * Resolves when everything recorded so far is safe.
   *
   * @throws when that takes longer than the sink allows. Records that are not safe yet stay queued.
   */
  flush(): Promise<void>;
  /** Records that are not safe yet. */
  readonly waiting: number;
  /**
   * How many may wait; what comes beyond is lost. Whoever lets requests in should let in no more long
   * before that.
   */
  readonly waitingMax: number;
}

/**
 * Why there is no record: `not_made`, making it failed (a bug of ours); `queue_full`, the sink's bound was
 * reached; `unwritable`, it holds a value that is none (a bug of ours, which must not hold up the others);
 * `closed`, it came after the end; `unwritten_at_close`, the store did not take it in the time that there
 * was.
 */
export const USAGE_LOSSES = [
  "not_made",
  "queue_full",
  "unwritable",
  "closed",
  "unwritten_at_close",
] as const;

export type UsageLoss = (typeof USAGE_LOSSES)[number];

/** Told what cannot be recorded. Synchronous; must not throw. */
export interface UsageSinkObserver {
  /**
   * Gone for good. Anything but none is money lost. Called for every record when a queue is full.
   *
   * @param error What was thrown, if that is why.
   */
  usageLost(loss: UsageLoss, records: number, error?: unknown): void;
  /** Nothing is lost yet: it is tried again. `waiting` is how many records are queued. */
  usageWriteFailed(error: unknown, waiting: number): void;
}
