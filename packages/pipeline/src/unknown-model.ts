import { GatewayError } from "@slipstream/contracts/errors";

/** Characters of the client's own words that an error repeats to it. */
const NAME_SHOWN_MAX = 100;

/** @param name As the client sent it. */
export function unknownModel(name: string): GatewayError {
  const shown = name.slice(0, NAME_SHOWN_MAX);
  const message = `The model \`${shown}\` does not exist here. GET /v1/models lists those that do.`;
  return new GatewayError("model_not_found", message, { param: "model" });
}
