import type { GatewayError } from "@slipstream/contracts/errors";
import type { Outcome } from "@slipstream/contracts/outcome";

/** How a request ends that failed before its answer began. */
export function toOutcome(error: GatewayError): Outcome {
  if (error.spec.blame !== "upstream") return "rejected";
  return error.code === "upstream_timeout" ? "first_token_timeout" : toUpstreamOutcome(error);
}

/** How a request ends whose answer had begun. */
export function toStreamOutcome(error: GatewayError): Outcome {
  return error.code === "upstream_timeout" ? "stall_timeout" : toUpstreamOutcome(error);
}

function toUpstreamOutcome(error: GatewayError): Outcome {
  return error.code === "upstream_truncated" ? "upstream_truncated" : "upstream_error";
}
