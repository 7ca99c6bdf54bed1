import type { Outcome } from "./outcome.ts";

/**
 * Every failure that a client can see.
 *
 * A code is a contract: it is the `error.code` of the response body, a metric label and a row of
 * docs/errors.md (tools/errors-page.test.ts fails when a row is missing on either side). A code without a
 * spec does not compile.
 */
export type ErrorCode =
  | "invalid_json"
  | "invalid_request"
  | "invalid_http"
  | "headers_too_large"
  | "unsupported_media_type"
  | "body_too_large"
  | "body_timeout"
  | "missing_api_key"
  | "invalid_api_key"
  | "model_not_found"
  | "unknown_url"
  | "method_not_allowed"
  | "internal_error"
  | "auth_unavailable"
  | "overloaded"
  | "shutting_down"
  | "context_length_exceeded"
  | "upstream_rejected"
  | "upstream_rate_limited"
  | "upstream_refused_credentials"
  | "upstream_model_missing"
  | "upstream_error"
  | "upstream_overloaded"
  | "upstream_unreachable"
  | "upstream_timeout"
  | "upstream_invalid_response"
  | "upstream_answer_too_large"
  | "upstream_truncated"
  | "first_token_timeout"
  | "stall_timeout"
  | "total_timeout";

/** Who has to act on it. */
export type Blame = "client" | "gateway" | "upstream";

/** OpenAI's `error.type`: what its SDKs and their users branch on. */
export type ErrorType = "invalid_request_error" | "rate_limit_error" | "server_error";

export interface ErrorSpec {
  /** HTTP status while the status line has not been sent yet. */
  readonly status: number;
  readonly type: ErrorType;
  readonly blame: Blame;
  /** Whether another deployment may succeed where this one failed. */
  readonly retryable: boolean;
  /** How a request ends that ends with this error. */
  readonly outcome: Outcome;
}

function byClient(status: number): ErrorSpec {
  const type = "invalid_request_error";
  return { status, type, blame: "client", retryable: false, outcome: "rejected" };
}

function byGateway(status: number, outcome: Outcome = "gateway_error"): ErrorSpec {
  return { status, type: "server_error", blame: "gateway", retryable: false, outcome };
}

function byUpstream(status: number, outcome: Outcome = "upstream_error"): ErrorSpec {
  const type = status === 429 ? "rate_limit_error" : "server_error";
  return { status, type, blame: "upstream", retryable: true, outcome };
}

/** The one table that decides status, blame, retryability and outcome. */
export const ERROR_SPECS: Readonly<Record<ErrorCode, ErrorSpec>> = {
  invalid_json: byClient(400),
  invalid_request: byClient(400),
  invalid_http: byClient(400),
  headers_too_large: byClient(431),
  unsupported_media_type: byClient(415),
  body_too_large: byClient(413),
  body_timeout: byClient(408),
  missing_api_key: byClient(401),
  invalid_api_key: byClient(401),
  model_not_found: byClient(404),
  unknown_url: byClient(404),
  method_not_allowed: byClient(405),
  internal_error: byGateway(500),
  auth_unavailable: byGateway(503),
  overloaded: byGateway(503),
  shutting_down: byGateway(503, "shutdown"),
  context_length_exceeded: byClient(400),
  upstream_rejected: byClient(400),
  upstream_rate_limited: byUpstream(429),
  upstream_refused_credentials: byUpstream(502),
  upstream_model_missing: byUpstream(502),
  upstream_error: byUpstream(502),
  upstream_overloaded: byUpstream(503),
  upstream_unreachable: byUpstream(502),
  upstream_timeout: byUpstream(504),
  upstream_invalid_response: byUpstream(502),
  // Any deployment of the model would send as much.
  upstream_answer_too_large: { ...byUpstream(502), retryable: false },
  upstream_truncated: byUpstream(502, "upstream_truncated"),
  first_token_timeout: byUpstream(504, "first_token_timeout"),
  stall_timeout: byUpstream(504, "stall_timeout"),
  // The time for all attempts is over.
  total_timeout: { ...byUpstream(504, "total_timeout"), retryable: false },
};

export interface GatewayErrorOptions extends ErrorOptions {
  /** The request field that is wrong, as OpenAI's `error.param`. */
  readonly param?: string;
  /** Response headers that belong to it, by lower-case name, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The only error that crosses a package boundary.
 *
 * `message` is shown to the client, so it never holds an address, a credential or content of
 * another party; `cause` is for the log and never leaves the process.
 */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.param = options.param;
    this.headers = options.headers ?? {};
  }

  get spec(): ErrorSpec {
    return ERROR_SPECS[this.code];
  }
}

/** A promise broken between our own modules: a bug. Never retried; clients see `internal_error`. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Anything thrown becomes a `GatewayError`; what we did not foresee keeps its message to itself. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return new GatewayError("internal_error", "The gateway failed to process the request.", {
    cause: thrown,
  });
}
