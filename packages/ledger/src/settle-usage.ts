/**
 * Settling: which token counts a request has to answer for.
 *
 * The provider's report is kept where there is one. An answer without a report, or one that broke off
 * and went on after its last report, is estimated, so that no answer is free because a connection was
 * cut at the right moment.
 *
 * Pure. `null` is "not known"; every count is a whole number from 0 to `TOKENS_MAX`.
 */
import type { Settlement } from "@slipstream/contracts/settlement";
import type { Usage } from "@slipstream/contracts/usage";
import { estimateContent, estimateInput, estimateOutput } from "./estimate-tokens.ts";
import type { MeasuredRequest } from "./estimate-tokens.ts";
import { boundTokens, toTokenCount } from "./token-count.ts";

export type SettledUsage = Omit<Settlement, "costNanoUsd">;

const NO_USAGE: SettledUsage = {
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  source: "none",
  isSuspect: false,
};

export function settleUsage(request: MeasuredRequest): SettledUsage {
  if (!hasAnswer(request) && !isAbandonedWithReport(request)) return NO_USAGE;
  const reported = readReport(request.usage);
  const { cachedInputTokens, isSuspect } = reported;
  const inputTokens = reported.inputTokens ?? larger(estimateInput(request), cachedInputTokens);
  const outputTokens = settleOutput(request, reported);
  if (inputTokens === null && outputTokens === null) return { ...NO_USAGE, isSuspect };
  const isAsReported =
    inputTokens === reported.inputTokens && outputTokens === reported.outputTokens;
  return {
    ...reported,
    inputTokens,
    outputTokens,
    source: isAsReported ? "reported" : "estimated",
  };
}

/**
 * Whether content was received: a whole answer, or the beginning of a stream. The status of a stream says
 * nothing, because it may have been sent before there was an answer.
 */
function hasAnswer({ outcome, isStream, stream, status }: MeasuredRequest): boolean {
  if (outcome === "complete") return true;
  return isStream ? stream !== undefined && stream.chunks > 0 : status === 200;
}

/**
 * A client that left before the first content still owes what the provider says it has read for it. A
 * client that was told of an error before the first content owes nothing.
 */
function isAbandonedWithReport({ errorCode, usage }: MeasuredRequest): boolean {
  return errorCode === undefined && usage?.inputTokens !== undefined;
}

type ReportedCounts = Omit<SettledUsage, "source">;

/** What the report says, within bounds; a part is never larger than its whole. */
function readReport(usage: Usage | undefined): ReportedCounts {
  const input = toTokenCount(usage?.inputTokens);
  const output = toTokenCount(usage?.outputTokens);
  const cached = toTokenCount(usage?.cachedInputTokens);
  const reasoning = toTokenCount(usage?.reasoningTokens);
  const cachedInputTokens = smaller(cached.tokens, input.tokens);
  const reasoningTokens = smaller(reasoning.tokens, output.tokens);
  const isOdd = [input, output, cached, reasoning].some((count) => count.isOdd);
  const isCut = cachedInputTokens !== cached.tokens || reasoningTokens !== reasoning.tokens;
  return {
    inputTokens: input.tokens,
    cachedInputTokens,
    outputTokens: output.tokens,
    reasoningTokens,
    isSuspect: usage?.isSuspect === true || isOdd || isCut,
  };
}

/**
 * A report is the last word on an answer that is whole, whether or not its client was still there. On a
 * stream that broke off, what came behind the report is estimated and comes on top. One that is suspect
 * counts for no less than an estimate of the whole.
 */
function settleOutput(request: MeasuredRequest, reported: ReportedCounts): number | null {
  const { outputTokens, reasoningTokens, isSuspect } = reported;
  const estimate = estimateOutput(request);
  if (outputTokens === null) return larger(estimate, reasoningTokens);
  const isWhole = request.outcome === "complete" || request.stream?.isWhole === true;
  if (!request.isStream || (isWhole && !isSuspect)) return outputTokens;
  if (isSuspect || estimate === null || request.stream === undefined) {
    return larger(estimate, outputTokens);
  }
  return boundTokens(outputTokens + estimateContent(request.stream.unreported));
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
