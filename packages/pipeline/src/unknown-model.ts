import { GatewayError } from "@slipstream/contracts/errors";

/** The message does not repeat the name: it may be anything. */
export function unknownModel(): GatewayError {
  const message = "The model does not exist or is not served here.";
  return new GatewayError("model_not_found", message, { param: "model" });
}
