/** Error bodies in OpenAI's envelope. Source: https://platform.openai.com/docs/guides/error-codes */
import type { Scenario } from "./scenario.ts";

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | number | null;
  };
}

interface ErrorFacts {
  readonly message: string;
  readonly param?: string | null;
  readonly code?: string | number | null;
}

const CODES: Readonly<Record<number, string>> = {
  401: "invalid_api_key",
  404: "model_not_found",
  429: "rate_limit_exceeded",
};

export function toErrorBody(status: number, facts: ErrorFacts): ErrorBody {
  const { message, param = null, code = CODES[status] ?? null } = facts;
  return { error: { message, type: toType(status), param, code } };
}

/** What a scenario answers instead of, or in the middle of, content. */
export function scriptedErrorBody(scenario: Scenario, status: number): ErrorBody {
  const { errorMessage, errorCode } = scenario;
  const message = errorMessage === "auto" ? "This failure is part of the scenario." : errorMessage;
  return toErrorBody(status, { message, ...(errorCode !== "auto" && { code: toCode(errorCode) }) });
}

function toCode(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function toType(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
