/**
 * What spans say: ids, counts, times and codes, each from the lists below and nothing else. Never a
 * word of a prompt, an answer, an error's message, a key or a header of the client.
 *
 * Names are those of OpenTelemetry (HTTP conventions, and GenAI v1.41) where there is one, and begin
 * with `slipstream.` where there is none. Times are in seconds, like those of the conventions.
 * Source: https://github.com/open-telemetry/semantic-conventions, v1.41.1, docs/http/http-spans.md and
 * docs/gen-ai/gen-ai-spans.md
 */
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import type { AttemptFacts, RequestReport } from "@slipstream/contracts/request-events";
import type { TracedAttempt } from "./open-trace.ts";
import type { EndpointPlace, UpstreamPlace } from "./span-plan.ts";

/** What is `undefined` is left out. */
export type SpanAttributes = Readonly<
  Record<string, string | number | boolean | string[] | undefined>
>;

/** HTTP conventions: a method that is not known, or none of those that are. */
const OTHER_METHOD = "_OTHER";

/** Of every request that we send. */
export const UPSTREAM_METHOD = "POST";

/** A reason as providers name them, not a sentence. */
const REASON = /^[\w.-]{1,64}$/;
const OTHER_REASON = "other";

/** @param reason Why the trace is kept. */
export function toServerAttributes(
  report: RequestReport,
  place: EndpointPlace | undefined,
  reason: string,
): SpanAttributes {
  const { errorCode, principal, ownTime } = report;
  const isOurs = errorCode !== undefined && ERROR_SPECS[errorCode].blame !== "client";
  return {
    "http.request.method": place?.method ?? OTHER_METHOD,
    "http.route": place?.path,
    "url.scheme": "http",
    "http.response.status_code": report.status,
    "http.request.body.size": report.requestBytes,
    "http.response.body.size": report.answerBytes,
    "error.type": isOurs ? errorCode : undefined,
    "slipstream.request.id": report.requestId,
    "slipstream.outcome": report.outcome,
    "slipstream.error.code": errorCode,
    "slipstream.attempts": report.attempts,
    "slipstream.kept_for": reason,
    "slipstream.key.id": principal?.keyId,
    "slipstream.workspace.id": principal?.workspaceId,
    "slipstream.organization.id": principal?.organizationId,
    "slipstream.time_before_upstream": toSeconds(ownTime.beforeUpstreamMs),
    "slipstream.time_after_upstream": toSeconds(ownTime.afterUpstreamMs),
  };
}

/** Of what was asked of a model; its answer is that of the last attempt. */
export function toInferenceAttributes(
  attempt: Pick<AttemptFacts, "operation" | "model" | "provider">,
  report: RequestReport,
): SpanAttributes {
  const { outcome } = report;
  return {
    "gen_ai.operation.name": attempt.operation,
    "gen_ai.provider.name": report.provider ?? attempt.provider,
    "gen_ai.request.model": attempt.model,
    "gen_ai.request.stream": report.isStream ? true : undefined,
    "gen_ai.response.finish_reasons": toFinishReasons(report),
    "error.type": outcome === "complete" ? undefined : (report.errorCode ?? outcome),
    ...toUsageAttributes(report),
    ...toStreamAttributes(report),
  };
}

function toUsageAttributes({ usage }: RequestReport): SpanAttributes {
  return {
    "gen_ai.usage.input_tokens": usage?.inputTokens,
    "gen_ai.usage.output_tokens": usage?.outputTokens,
    "gen_ai.usage.cache_read.input_tokens": usage?.cachedInputTokens,
    "gen_ai.usage.reasoning.output_tokens": usage?.reasoningTokens,
  };
}

function toStreamAttributes({ stream }: RequestReport): SpanAttributes {
  return {
    "gen_ai.response.time_to_first_chunk": toSeconds(stream?.firstChunkMs),
    "slipstream.stream.chunks": stream?.chunks,
    "slipstream.stream.longest_gap": toSeconds(stream?.gapMsMax),
    "slipstream.stream.client_blocked": toSeconds(stream?.blockedMs),
  };
}

/**
 * The conventions want the reason `error` from a stream that died. One that the client left did not
 * die, and one that had told its reason before had ended by itself.
 */
function toFinishReasons({ finishReason, stream, errorCode }: RequestReport): string[] | undefined {
  if (finishReason !== undefined) return [REASON.test(finishReason) ? finishReason : OTHER_REASON];
  return stream !== undefined && errorCode !== undefined ? ["error"] : undefined;
}

/** @param template The path that was asked for. */
export function toAttemptAttributes(
  { start, end }: TracedAttempt,
  template: string,
  place: UpstreamPlace | undefined,
): SpanAttributes {
  const resends = start.attempt - 1;
  return {
    "http.request.method": UPSTREAM_METHOD,
    "url.template": template,
    "server.address": place?.address,
    "server.port": place?.port,
    "http.request.resend_count": resends === 0 ? undefined : resends,
    "error.type": end?.result.type === "failed" ? end.result.code : undefined,
    "gen_ai.provider.name": start.provider,
    "slipstream.deployment": start.deploymentId,
    "slipstream.attempt.result": end?.result.type,
    "slipstream.attempt.resends": toResends(end),
    "slipstream.attempt.retry_of": start.retryOf?.code,
    "slipstream.attempt.time_to_sent": toSeconds(end?.timing.sentMs),
    "slipstream.attempt.time_to_head": toSeconds(end?.timing.headMs),
    "slipstream.attempt.time_to_first_content": toSeconds(end?.timing.firstContentMs),
  };
}

function toResends(end: TracedAttempt["end"]): number | undefined {
  return end?.resends === 0 ? undefined : end?.resends;
}

function toSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1_000;
}
