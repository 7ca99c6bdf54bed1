/**
 * One line per request, at its end. Ids, counts, times and codes from the list below and nothing
 * else; a new field is a decision, not a spread.
 */
import { ERROR_SPECS } from "@slipstream/contracts/errors";
import type { Blame } from "@slipstream/contracts/errors";
import type { RequestReport } from "@slipstream/contracts/request-events";
import type { Logger } from "pino";
import { describeCauses } from "./error-causes.ts";
import type { ExemplarSource } from "./exemplar.ts";
import type { RequestSubscriber } from "./fan-out-observer.ts";

const LEVELS: Readonly<Record<Blame, "info" | "warn" | "error">> = {
  client: "info",
  upstream: "warn",
  gateway: "error",
};

/** @param exemplars Tells the traces that can be looked at; the others are not worth an id. */
export function createAccessLog(
  logger: Logger,
  exemplars: ExemplarSource = () => undefined,
): RequestSubscriber {
  return {
    observe(event) {
      if (event.type !== "request_end") return;
      writeLine(logger, event.report, exemplars(event.report)?.traceId);
    },
  };
}

function writeLine(logger: Logger, report: RequestReport, traceId: string | undefined): void {
  const { errorCode } = report;
  const blame = errorCode === undefined ? "client" : ERROR_SPECS[errorCode].blame;
  // What a client got wrong says nothing about us, and its causes were made from its input.
  const causes = blame === "client" ? undefined : describeCauses(report.cause);
  logger[LEVELS[blame]]({ ...toFields(report), traceId, causes }, "request");
}

function toFields(report: RequestReport): Record<string, string | number | undefined> {
  const { stream, usage, principal } = report;
  return {
    requestId: report.requestId,
    endpoint: report.endpoint,
    model: report.model,
    deployment: report.deploymentId,
    outcome: report.outcome,
    status: report.status,
    errorCode: report.errorCode,
    durationMs: toShortMs(report.durationMs),
    attempts: report.attempts,
    firstChunkMs: toShortMs(stream?.firstChunkMs),
    chunks: stream?.chunks,
    gapMsMax: toShortMs(stream?.gapMsMax),
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    cachedInputTokens: usage?.cachedInputTokens,
    reasoningTokens: usage?.reasoningTokens,
    costNanoUsd: toCost(report),
    keyId: principal?.keyId,
    workspaceId: principal?.workspaceId,
    organizationId: principal?.organizationId,
  };
}

function toCost({ settlement }: RequestReport): number | undefined {
  return settlement?.costNanoUsd ?? undefined;
}

/** Microseconds are as fine as these figures mean anything. */
function toShortMs(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 1_000) / 1_000;
}
