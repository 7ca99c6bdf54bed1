/**
 * Settling: which token counts a request has to answer for.
 *
 * The provider's report is kept where there is one. An answer without a report, or one that broke off
 * and went on after its last report, is estimated, so that no answer is free because a connection was
 * cut at the right moment.
 *
 * Pure. `null` is "not known"; every count is a whole number from 0 to `TOKENS_MAX`.
 */
import type { RequestReport } from "@slipstream/contracts/request-events";
import type { Usage } from "@slipstream/contracts/usage";
import type { UsageRecord } from "@slipstream/contracts/usage-record";
import { boundTokens, toTokenCount } from "./token-count.ts";

/**
 * Bytes of UTF-8 per token, when nobody has counted. English text has about four, other scripts and
 * code two to four, but a body is JSON, whose syntax and parameters are bytes without tokens. So this is
 * rough and rather too high, and much too high for images in base64.
 */
const BYTES_PER_TOKEN = 4;

/** What settling needs of a report. */
export interface EndedRequest extends RequestReport {
  readonly usage: ReportedUsage | undefined;
  /** Body of the request, as UTF-8 JSON; `undefined` when it was not read. */
  readonly requestBytes?: number | undefined;
  /** Body of an answer that was not streamed. */
  readonly answerBytes?: number | undefined;
}

/** `isSuspect`: whoever read it has put something right. */
type ReportedUsage = Usage & { readonly isSuspect?: boolean };

export type SettledUsage = Pick<
  UsageRecord,
  | "inputTokens"
  | "cachedInputTokens"
  | "outputTokens"
  | "reasoningTokens"
  | "source"
  | "isSuspect"
>;

const NO_USAGE: SettledUsage = {
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  source: "none",
  isSuspect: false,
};

export function settleUsage(request: EndedRequest): SettledUsage {
  if (!hasAnswer(request) && !isAbandonedWithReport(request)) return NO_USAGE;
  const reported = readReport(request.usage);
  const inputTokens = reported.inputTokens ?? estimateInput(request, reported);
  const outputTokens = settleOutput(request, reported);
  if (inputTokens === null && outputTokens === null) {
    return { ...NO_USAGE, isSuspect: reported.isSuspect };
  }
  const isAsReported =
    inputTokens === reported.inputTokens && outputTokens === reported.outputTokens;
  return {
    ...reported,
    inputTokens,
    outputTokens,
    source: isAsReported ? "reported" : "estimated",
  };
}

/** Whether content was received: a whole answer, or the beginning of a stream. */
function hasAnswer({ outcome, stream, status }: EndedRequest): boolean {
  if (outcome === "complete") return true;
  return stream === undefined ? status === 200 : stream.chunks > 0;
}

/**
 * A client that left before the first content still owes what the provider says it has read for it. A
 * client that was told of an error before the first content owes nothing.
 */
function isAbandonedWithReport({ errorCode, usage }: EndedRequest): boolean {
  return errorCode === undefined && usage !== undefined;
}

type ReportedCounts = Omit<SettledUsage, "source">;

/** What the report says, within bounds; a part is never larger than its whole. */
function readReport(usage: ReportedUsage | undefined): ReportedCounts {
  const input = toTokenCount(usage?.inputTokens);
  const output = toTokenCount(usage?.outputTokens);
  const cached = toTokenCount(usage?.cachedInputTokens);
  const reasoning = toTokenCount(usage?.reasoningTokens);
  const cachedInputTokens = smaller(cached.tokens, input.tokens);
  const reasoningTokens = smaller(reasoning.tokens, output.tokens);
  const isOdd = [input, output, cached, reasoning].some((count) => count.isOdd);
  const isCut =
    cachedInputTokens !== cached.tokens || reasoningTokens !== reasoning.tokens;
  return {
    inputTokens: input.tokens,
    cachedInputTokens,
    outputTokens: output.tokens,
    reasoningTokens,
    isSuspect: usage?.isSuspect === true || isOdd || isCut,
  };
}

function estimateInput(
  { requestBytes }: EndedRequest,
  { cachedInputTokens }: ReportedCounts,
): number | null {
  const estimate = requestBytes === undefined ? null : toTokens(requestBytes);
  return larger(estimate, cachedInputTokens);
}

/**
 * A report is the last word on an answer that is whole. On a stream that broke off it may be older than
 * the last chunk, and each chunk is at least one token; so it is for a report that is suspect.
 */
function settleOutput(request: EndedRequest, reported: ReportedCounts): number | null {
  const { outcome, stream, answerBytes } = request;
  const { outputTokens, reasoningTokens, isSuspect } = reported;
  if (stream === undefined) {
    const estimate = answerBytes === undefined ? null : toTokens(answerBytes);
    return outputTokens ?? larger(estimate, reasoningTokens);
  }
  if (outputTokens !== null && outcome === "complete" && !isSuspect) return outputTokens;
  return larger(boundTokens(stream.chunks), outputTokens ?? reasoningTokens);
}

function toTokens(bytes: number): number {
  return boundTokens(bytes / BYTES_PER_TOKEN);
}

/** What is not known does not count. */
function larger(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** `part`, but no more than `whole` where that is known. */
function smaller(part: number | null, whole: number | null): number | null {
  if (part === null || whole === null) return part;
  return Math.min(part, whole);
}
