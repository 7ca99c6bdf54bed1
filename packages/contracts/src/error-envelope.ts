import type { ErrorCode, ErrorType, GatewayError } from "./errors.ts";

/**
 * OpenAI's error body. `param` and `code` are always present, as in OpenAI's own answers.
 * Source: https://platform.openai.com/docs/guides/error-codes and the `Error` schema of its OpenAPI file.
 */
export interface ErrorEnvelope {
  readonly error: {
    readonly message: string;
    readonly type: ErrorType;
    readonly param: string | null;
    readonly code: ErrorCode;
  };
}

export function toErrorEnvelope(error: GatewayError): ErrorEnvelope {
  const { code, message, param } = error;
  return { error: { message, type: error.spec.type, param: param ?? null, code } };
}
