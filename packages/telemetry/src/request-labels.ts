/** The labels that requests and attempts have in common. */
import type { AttemptFacts, RequestReport } from "@slipstream/contracts/request-events";
import type { DeploymentLabel, GenAiLabel } from "./metric-row.ts";
import { NONE } from "./labels.ts";
import type { Labels } from "./labels.ts";

export function toAttemptLabels(attempt: AttemptFacts): Labels<GenAiLabel | "deployment"> {
  return {
    gen_ai_operation_name: attempt.operation,
    gen_ai_provider_name: attempt.provider,
    gen_ai_request_model: attempt.model,
    deployment: attempt.deploymentId,
  };
}

export function toDeploymentLabels(attempt: AttemptFacts): Labels<DeploymentLabel> {
  return { gen_ai_request_model: attempt.model, deployment: attempt.deploymentId };
}

/** @returns `undefined` for what is no inference. */
export function toGenAiLabels(report: RequestReport): Labels<GenAiLabel> | undefined {
  if (report.operation === undefined) return undefined;
  return {
    gen_ai_operation_name: report.operation,
    gen_ai_provider_name: report.provider ?? NONE,
    gen_ai_request_model: report.model ?? NONE,
  };
}
